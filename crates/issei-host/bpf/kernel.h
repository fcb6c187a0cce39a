// What a program needs to know of the kernel's own declarations, so that it builds with the compiler alone:
// the same source and compiler then give the same object on every machine.
// Source: the kernel's user interface, include/uapi/linux/bpf.h; numbers there never change.

#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
// The kernel verifies such a function once, and not anew for every call; it may be given pointers that are null.
#define APART __attribute__((noinline))

// A map is declared as a type; the loader reads it from the object's BTF.
#define NUMBER(name, value) int(*name)[value]
#define TYPE(name, value) value *name

enum map_type {
	MAP_ARRAY = 2,
	MAP_PROGRAMS = 3,
	MAP_PER_CPU_ARRAY = 6,
	MAP_LRU_HASH = 9,
};

enum verdict { XDP_DROP = 1, XDP_PASS = 2 };

struct xdp_md {
	u32 data;
	u32 data_end;
	u32 data_meta;
	u32 ingress_ifindex;
	u32 rx_queue_index;
	u32 egress_ifindex;
};

// Insert only if the key is not there yet.
#define MAP_NEW 1

static void *(*const map_find)(void *map, const void *key) = (void *)1;
static long (*const map_put)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const tail_call)(void *context, void *programs, u32 index) = (void *)12;
// Nanoseconds since the machine started, also while it slept. Nobody sets this clock.
static u64 (*const clock_boot)(void) = (void *)125;
// Nanoseconds of International Atomic Time: UTC as the machine knows it, plus whole seconds. Linux 6.1.
static u64 (*const clock_tai)(void) = (void *)208;

// Network byte order, on the little-endian machines for which this is built.
#define BIG16(value) __builtin_bswap16(value)

// Reads something that others may change meanwhile, once.
#define ONCE(value) (*(const volatile __typeof__(value) *)&(value))
