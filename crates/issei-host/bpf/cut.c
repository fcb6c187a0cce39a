// Tells of every packet that enters an interface whether an order in force lets it pass.
//
// In: a frame. Out: pass or drop. Always: only what meets an exact goal of an order is dropped, only between
// the order's beginning and end, and only while two clocks say so: the clock on the wall, and the one that
// nobody can set. Whatever cannot be read whole passes: other protocols, truncated heads, a third VLAN tag.
// A later fragment has no ports, so it meets whole hosts only. What keeps a link and its routing alive is
// never dropped. Of an address that no goal has, one bit is read, and nothing else.
// Not here: what the maps say; `issei_enforce::xdp` plans every byte of them, and its `layout` mirrors the
// structures below.
// Standard: IEEE 802.1Q, RFC 791, RFC 8200, RFC 4302, RFC 4861, RFC 5082.

#include "kernel.h"

// The shape of the maps. Another number means that older pins cannot be read.
#define LAYOUT 1
// The bitmap: 2^24 bits, 2 MB.
#define BIT_WORDS (1 << 18)
// Rows of a half. None in force has a number with a byte that is zero, so a number of which one byte is written
// yet is the number of no order.
#define ROWS 0x1100
// Orders that may aim at one goal at once: the lanes of a word.
#define LANES 4
// Extension headers of IPv6 that are looked behind. A packet with more has no ports for us.
#define MOST_EXTENSIONS 8
// Further into a frame than this no head is looked for; no frame in one piece is that long.
#define LONGEST_FRAME 16384
// A goal lies so many places behind its home at most, together with all goals of the same address.
#define MOST_REACH 128
// Attempts to take a place in a bucket that other processors take from too. Then the packet passes.
#define MOST_ATTEMPTS 8

// ── What the maps hold ──────────────────────────────────────────────────────────────────────────────────

// One exact thing: an address, or with port and protocol a service there.
struct key {
	u32 address[4]; // as on the wire; of IPv4 the first word, the others zero
	u16 port;       // as on the wire; zero with protocol zero: the whole host
	u8 protocol;
	u8 family; // 4 or 6
};

// A goal, at its address's home or a little behind it, where it stays.
struct goal {
	struct key key; // all zero: nobody is here
	u8 marks;
	u8 reach; // goals whose home is here lie at this many places from here on
	u16 gap;
	u64 orders; // four lanes, each the number of a row, or zero
};

#define MARK_LINE 1 // the address is a line of ours: limits are for it, not for who speaks with it

// An order. All zero: none, for it has ended before it began.
struct order {
	u64 starts;     // by the clock on the wall, in ns since 1970
	u64 ends;       // likewise
	u64 not_before; // by the clock that nobody sets, in ns since the machine started
	u64 not_after;  // likewise
	u64 interval;   // ns between two packets of a line, or zero: all are dropped
	u64 depth;      // ns that a line may be ahead of that
	u8 id[32];
};

struct settings {
	u64 layout;
	u64 live;     // which half of the orders is in force: 0 or 1
	u64 tai_lead; // ns by which International Atomic Time is ahead of the clock on the wall
	u64 homes;    // places that can be an address's home; MOST_REACH more are behind them
	u64 seeds[7]; // of where an address's bit and home are, so that strangers cannot aim there
};

// What one processor has seen of an order. Times by the clock on the wall, zero if never.
struct count {
	u64 dropped;
	u64 passed;     // in force, and within its limit
	u64 first_drop;
	u64 last_drop;
	u64 last_early; // the last that met it before it began
	u64 first_late; // the first that met it after it had ended
};

struct bits {
	u64 words[BIT_WORDS];
};

struct bucket_key {
	u32 order;
	u32 line[4]; // of IPv6 the first 64 bits: one line holds no less
};

struct {
	NUMBER(type, MAP_ARRAY);
	NUMBER(max_entries, 1);
	TYPE(key, u32);
	TYPE(value, struct settings);
} settings SEC(".maps");

struct {
	NUMBER(type, MAP_ARRAY);
	NUMBER(max_entries, 1);
	TYPE(key, u32);
	TYPE(value, struct bits);
} bits SEC(".maps");

// The loader sets the size.
struct {
	NUMBER(type, MAP_ARRAY);
	NUMBER(max_entries, 1);
	TYPE(key, u32);
	TYPE(value, struct goal);
} goals SEC(".maps");

// Two halves; only the live one is looked at.
struct {
	NUMBER(type, MAP_ARRAY);
	NUMBER(max_entries, 2 * ROWS);
	TYPE(key, u32);
	TYPE(value, struct order);
} orders SEC(".maps");

// By the number of the order's row. Row zero counts what was spared.
struct {
	NUMBER(type, MAP_PER_CPU_ARRAY);
	NUMBER(max_entries, ROWS);
	TYPE(key, u32);
	TYPE(value, struct count);
} counts SEC(".maps");

// Per order and line: the moment until which the line has used what it may.
struct {
	NUMBER(type, MAP_LRU_HASH);
	NUMBER(max_entries, 1);
	TYPE(key, struct bucket_key);
	TYPE(value, u64);
} buckets SEC(".maps");

// ── What a packet says ──────────────────────────────────────────────────────────────────────────────────

struct packet {
	u32 to[4];
	u32 from[4];
	u16 to_port; // as on the wire
	u16 from_port;
	u8 family;
	u8 protocol; // of what lies behind the extensions, once its ports were found
	u8 hops;
	u8 has_ports;
	u8 is_neighbour_discovery;
	u8 gap[3]; // none may be hidden: the kernel demands that every byte handed on was written
};

struct ipv4 {
	u8 version_and_length;
	u8 service;
	u16 total;
	u16 identity;
	u16 fragment;
	u8 hops;
	u8 protocol;
	u16 checksum;
	u32 from;
	u32 to;
};

struct ipv6 {
	u8 version; // in its upper four bits
	u8 flow[3];
	u16 payload;
	u8 next;
	u8 hops;
	u32 from[4];
	u32 to[4];
};

#define ETHERNET_LENGTH 14
#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100         // IEEE 802.1Q
#define TYPE_SERVICE_VLAN 0x88a8 // IEEE 802.1ad
#define TCP 6
#define UDP 17
#define ICMP_V6 58

// Reads the ports, if they lie whole within the frame and within what the IP header says is there.
INLINE void read_ports(struct packet *packet, const u8 *at, const u8 *end, u32 left, u8 protocol)
{
	if (protocol != TCP && protocol != UDP)
		return;
	if (left < 4 || at + 4 > end)
		return;
	packet->from_port = *(u16 *)at;
	packet->to_port = *(u16 *)(at + 2);
	packet->protocol = protocol;
	packet->has_ports = 1;
}

// Looks behind the IPv4 header. RFC 791, section 3.1: only the fragment at offset zero has ports.
INLINE void read_beyond_v4(struct packet *packet, const u8 *start, const u8 *end)
{
	const struct ipv4 *ip = (void *)start;
	u32 length = (ip->version_and_length & 15) * 4, total = BIG16(ip->total);

	if (ip->fragment & BIG16(0x1fff))
		return;
	read_ports(packet, start + length, end, total < length ? 0 : total - length, ip->protocol);
}

// RFC 4861, section 4: types 133 to 137, code 0, straight behind the IPv6 header. Section 7.1 and others:
// the hop limit is 255, which no packet from beyond the link can have.
INLINE int is_neighbour_discovery(const struct packet *packet, const u8 *at, const u8 *end, u32 left)
{
	if (packet->protocol != ICMP_V6 || packet->hops != 255)
		return 0;
	if (left < 4 || at + 4 > end)
		return 0;
	return at[0] >= 133 && at[0] <= 137 && at[1] == 0;
}

// Looks behind the extensions of IPv6 (RFC 8200, section 4), which begin so far into the frame. The pointers are
// taken anew each time, so that the kernel can verify this by itself.
APART int read_beyond_extensions(struct xdp_md *frame, struct packet *packet, u32 offset, u32 left, u32 next)
{
	if (!packet)
		return 0;
	for (int extension = 0; extension <= MOST_EXTENSIONS; extension++) {
		const u8 *end = (void *)(long)frame->data_end, *at;
		u32 length;

		if (offset > LONGEST_FRAME)
			return 0;
		at = (void *)(long)frame->data + offset;
		switch (next) {
		case 0:   // hop-by-hop options
		case 43:  // routing
		case 60:  // destination options
		case 135: // mobility
		case 139: // host identity
		case 140: // shim6
		case 44:  // fragment
		case 51:  // authentication
			break;
		default:
			read_ports(packet, at, end, left, next);
			return 0;
		}
		if (left < 8 || at + 8 > end)
			return 0;
		length = 8 + at[1] * 8;
		if (next == 44) {
			// RFC 8200, section 4.5: only the fragment at offset zero has ports.
			if (*(u16 *)(at + 2) & BIG16(0xfff8))
				return 0;
			length = 8;
		}
		if (next == 51) // RFC 4302, section 2.2: in words of four bytes, minus two
			length = (at[1] + 2) * 4;
		if (left < length)
			return 0;
		next = at[0];
		left -= length;
		offset += length;
	}
	return 0;
}

// ── What the maps say to it ─────────────────────────────────────────────────────────────────────────────

// One goal that a packet meets.
struct met {
	u64 orders;
	u64 marks;
};

// The same four ways for every packet: to the host, to the service, from the host, from the service.
#define WAYS 4

struct weighing {
	struct packet packet;
	struct met met[WAYS];
	u64 wall;
	u64 boot;
	u32 rows; // where the live half begins
	u32 drop;
};

// Multiplies and adds (multilinear hashing), then mixes, so that neighbours do not lie beside each other. The
// upper bits are evenly spread, whatever strangers choose.
INLINE u64 mixed(u64 sum, const struct settings *known)
{
	return (sum ^ sum >> 32) * known->seeds[0];
}

INLINE u64 hash_v4(const struct settings *known, u32 address)
{
	return mixed(known->seeds[2] * address + known->seeds[1], known);
}

INLINE u64 hash_v6(const struct settings *known, const u32 *address)
{
	return mixed(known->seeds[3] * address[0] + known->seeds[4] * address[1] +
			     known->seeds[5] * address[2] + known->seeds[6] * address[3],
		     known);
}

INLINE int is_set(const struct bits *bits, u64 hash)
{
	u64 bit = hash >> 40;

	return bits->words[(bit >> 6) & (BIT_WORDS - 1)] >> (bit & 63) & 1;
}

// Finds the orders that aim at an address, and those that aim at the service there: all goals of an address
// lie from its home on.
APART int meet(struct weighing *weighing, u32 home, u32 way)
{
	u32 reach = 1;

	if (!weighing)
		return 0;

	struct packet *packet = &weighing->packet;
	int to = way == 0;
	const u32 *address = to ? packet->to : packet->from;
	struct met *met = to ? &weighing->met[0] : &weighing->met[2];
	u16 port = to ? packet->to_port : packet->from_port;

	for (u32 step = 0; step < MOST_REACH && step < reach; step++) {
		u32 place = home + step;
		struct goal *goal = map_find(&goals, &place);

		if (!goal)
			return 0;
		if (step == 0)
			reach = ONCE(goal->reach);
		if (goal->key.address[0] != address[0] || goal->key.address[1] != address[1] ||
		    goal->key.address[2] != address[2] || goal->key.address[3] != address[3] ||
		    goal->key.family != packet->family)
			continue;
		if (!goal->key.protocol) {
			met[0].orders = ONCE(goal->orders);
			met[0].marks = goal->marks;
		} else if (goal->key.protocol == packet->protocol && goal->key.port == port) {
			// A packet without ports has port zero here, which no goal has.
			met[1].orders = ONCE(goal->orders);
			met[1].marks = goal->marks;
		}
	}
	return 0;
}

INLINE u32 home_of(const struct settings *known, u64 hash)
{
	return (hash >> 32) * known->homes >> 32;
}

// Takes one packet from a line's allowance (the generic cell rate algorithm: one number, the moment until
// which the line has used what it may). Tells whether there was none.
APART int is_over(struct weighing *weighing, const struct order *order, u32 row, u32 way)
{
	if (!weighing || !order)
		return 0;

	struct packet *packet = &weighing->packet;
	int own = !!(weighing->met[way & 3].marks & MARK_LINE), to = way < 2;
	const u32 *line = own == to ? packet->to : packet->from;
	struct bucket_key key = {row, {line[0], line[1]}};
	u64 now = weighing->boot, none = 0, used, from;
	u64 *until;

	if (packet->family == 4)
		key.line[1] = 0;
	until = map_find(&buckets, &key);
	if (!until) {
		map_put(&buckets, &key, &none, MAP_NEW);
		until = map_find(&buckets, &key);
	}
	if (!until)
		return 0;
	for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
		used = ONCE(*until);
		from = used > now ? used : now;
		if (from - now > order->depth)
			return 1;
		if (__sync_val_compare_and_swap(until, used, from + order->interval) == used)
			return 0;
	}
	return 0;
}

// Lets one order see the packet, and counts.
APART int obey(struct weighing *weighing, u32 row, u32 way)
{
	if (!weighing)
		return 0;

	u32 index = weighing->rows + row;
	struct order *order = map_find(&orders, &index);
	struct count *count = map_find(&counts, &row);
	u64 wall = weighing->wall, boot = weighing->boot;

	if (!order || !count)
		return 0;
	if (wall >= order->ends || boot >= order->not_after) {
		if (order->ends && !count->first_late)
			count->first_late = wall;
		return 0;
	}
	if (wall < order->starts || boot < order->not_before) {
		count->last_early = wall;
		return 0;
	}
	if (order->interval && !is_over(weighing, order, row, way)) {
		count->passed++;
		return 0;
	}
	if (!count->first_drop)
		count->first_drop = wall;
	count->last_drop = wall;
	count->dropped++;
	weighing->drop = 1;
	return 0;
}

INLINE int has_lane(u64 lanes, u16 row)
{
	return (u16)lanes == row || (u16)(lanes >> 16) == row || (u16)(lanes >> 32) == row ||
	       (u16)(lanes >> 48) == row;
}

// Lets every order that aims at the packet see it, and each only once.
INLINE void obey_all(struct weighing *weighing)
{
#pragma unroll
	for (int way = 0; way < WAYS; way++) {
		u64 lanes = weighing->met[way].orders;

		for (int lane = 0; lane < LANES && lanes; lane++, lanes >>= 16) {
			u16 row = lanes;

			if (!row)
				continue;
			if (way > 0 && has_lane(weighing->met[0].orders, row))
				continue;
			if (way > 1 && has_lane(weighing->met[1].orders, row))
				continue;
			if (way > 2 && has_lane(weighing->met[2].orders, row))
				continue;
			obey(weighing, row, way);
		}
	}
}

// Tells whether the packet keeps a link or its routing alive: multicast that stays on the link (RFC 5771,
// section 4; RFC 4291, section 2.7), neighbour discovery, and BGP between neighbours (RFC 4271: sent with
// one hop; RFC 5082: with 255, which from further away cannot be).
INLINE int is_of_the_link(const struct packet *packet)
{
	const u8 *to = (void *)packet->to;

	if (packet->family == 4 && to[0] == 224 && to[1] == 0 && to[2] == 0)
		return 1;
	if (packet->family == 6 && to[0] == 0xff && (to[1] & 15) == 2)
		return 1;
	if (packet->is_neighbour_discovery)
		return 1;
	return packet->has_ports && packet->protocol == TCP && (packet->hops == 255 || packet->hops <= 1) &&
	       (packet->from_port == BIG16(179) || packet->to_port == BIG16(179));
}

APART int weigh(struct weighing *weighing, const struct settings *known)
{
	u32 none = 0;

	if (!weighing || !known)
		return XDP_PASS;
	if (!(weighing->met[0].orders | weighing->met[1].orders | weighing->met[2].orders |
	      weighing->met[3].orders))
		return XDP_PASS;
	if (is_of_the_link(&weighing->packet)) {
		struct count *spared = map_find(&counts, &none);

		if (spared)
			spared->passed++;
		return XDP_PASS;
	}
	weighing->rows = ONCE(known->live) & 1 ? ROWS : 0;
	weighing->wall = clock_tai() - ONCE(known->tai_lead);
	weighing->boot = clock_boot();
	obey_all(weighing);
	return weighing->drop ? XDP_DROP : XDP_PASS;
}

// ── The way of a packet ─────────────────────────────────────────────────────────────────────────────────

INLINE int cut_v4(const u8 *start, const u8 *end, const struct settings *known, const struct bits *set)
{
	const struct ipv4 *ip = (void *)start;
	u64 to_hash, from_hash;
	int to, from;

	if (start + sizeof(*ip) > end || ip->version_and_length >> 4 != 4)
		return XDP_PASS;
	if ((ip->version_and_length & 15) < 5 || start + (ip->version_and_length & 15) * 4 > end)
		return XDP_PASS;
	to_hash = hash_v4(known, ip->to);
	from_hash = hash_v4(known, ip->from);
	to = is_set(set, to_hash);
	from = is_set(set, from_hash);
	if (!to && !from)
		return XDP_PASS;

	struct weighing weighing = {
		.packet = {{ip->to}, {ip->from}, .family = 4, .protocol = ip->protocol, .hops = ip->hops},
	};
	read_beyond_v4(&weighing.packet, start, end);
	if (to)
		meet(&weighing, home_of(known, to_hash), 0);
	if (from)
		meet(&weighing, home_of(known, from_hash), 2);
	return weigh(&weighing, known);
}

INLINE int cut_v6(struct xdp_md *frame, const u8 *start, const u8 *end, const struct settings *known,
		  const struct bits *set)
{
	const struct ipv6 *ip = (void *)start;
	u64 to_hash, from_hash;
	int to, from;

	if (start + sizeof(*ip) > end || ip->version >> 4 != 6)
		return XDP_PASS;
	to_hash = hash_v6(known, ip->to);
	from_hash = hash_v6(known, ip->from);
	to = is_set(set, to_hash);
	from = is_set(set, from_hash);
	if (!to && !from)
		return XDP_PASS;

	struct weighing weighing = {
		.packet = {
			{ip->to[0], ip->to[1], ip->to[2], ip->to[3]},
			{ip->from[0], ip->from[1], ip->from[2], ip->from[3]},
			.family = 6,
			.protocol = ip->next,
			.hops = ip->hops,
		},
	};
	u32 left = BIG16(ip->payload), offset = start + sizeof(*ip) - (u8 *)(long)frame->data;
	weighing.packet.is_neighbour_discovery =
		is_neighbour_discovery(&weighing.packet, start + sizeof(*ip), end, left);
	read_beyond_extensions(frame, &weighing.packet, offset, left, ip->next);
	if (to)
		meet(&weighing, home_of(known, to_hash), 0);
	if (from)
		meet(&weighing, home_of(known, from_hash), 2);
	return weigh(&weighing, known);
}

SEC("xdp")
int cut(struct xdp_md *frame)
{
	const u8 *at = (void *)(long)frame->data, *end = (void *)(long)frame->data_end;
	u32 first = 0;
	struct settings *known = map_find(&settings, &first);
	struct bits *set = map_find(&bits, &first);
	u16 type;

	if (!known || !set || at + ETHERNET_LENGTH > end)
		return XDP_PASS;
	type = *(u16 *)(at + 12);
	at += ETHERNET_LENGTH;
#pragma unroll
	for (int tag = 0; tag < 2; tag++) {
		if (type != BIG16(TYPE_VLAN) && type != BIG16(TYPE_SERVICE_VLAN))
			break;
		if (at + 4 > end)
			return XDP_PASS;
		type = *(u16 *)(at + 2);
		at += 4;
	}
	if (type == BIG16(TYPE_IPV4))
		return cut_v4(at, end, known, set);
	if (type == BIG16(TYPE_IPV6))
		return cut_v6(frame, at, end, known, set);
	return XDP_PASS;
}

// The program may be used under the project's licence; it calls nothing that the kernel keeps for GPL code.
char terms[] SEC("license") = "Apache-2.0";
