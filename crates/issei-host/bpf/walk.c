// Gives every packet that a benchmark repeats other addresses, and hands it on.
//
// A run of a program over one frame, a million times, would look at the same bits and the same goal each time,
// all of them in the nearest cache. With this before it, every run looks somewhere else. The frame itself
// carries the state: eight bytes of chance in place of hardware addresses, and behind the IPv4 head a mask
// for where packets go.

#include "kernel.h"

#define MASK_AT 34

struct {
	NUMBER(type, MAP_PROGRAMS);
	NUMBER(max_entries, 1);
	TYPE(key, u32);
	TYPE(value, u32);
} next SEC(".maps");

// An odd factor turns every number into another and back, so numbers in a row are spread over all addresses.
#define SPREAD 0x9e3779b1u

SEC("xdp")
int walk(struct xdp_md *frame)
{
	u8 *start = (void *)(long)frame->data, *end = (void *)(long)frame->data_end;
	u64 state;

	if (start + MASK_AT + 4 > end)
		return XDP_DROP;
	state = *(u64 *)start;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	*(u64 *)start = state;
	*(u32 *)(start + 26) = __builtin_bswap32((u32)(state >> 32) * SPREAD);
	*(u32 *)(start + 30) = __builtin_bswap32(((u32)state & *(u32 *)(start + MASK_AT)) * SPREAD);
	tail_call(frame, &next, 0);
	return XDP_PASS;
}

char terms[] SEC("license") = "Apache-2.0";
