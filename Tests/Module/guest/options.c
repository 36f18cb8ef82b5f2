// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#define BYTES(...) sizeof((const uint8_t[]){ __VA_ARGS__ }), { __VA_ARGS__ }
#define IP4 1, 2, 3, 4
#define IP6 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x99
#define MAPPED(...) 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, __VA_ARGS__
#define ZERO16 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define NOP4 1, 1, 1, 1
#define CLIENT4 { "1.2.3.4", 12345 }
#define CLIENT6 { "2001:db8::99", 12345 }
#define SHORT4 { "1.2.3.4", 0 }
#define SHORT6 { "2001:db8::99", 0 }
#define OTHER4 { "5.6.7.8", 12345 }
#define NOBODY { 0, 0 }
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

const struct options good_options[] = {
	{ "254/8", NAMES, CLIENT4, "254/8", BYTES(254, 8, PORT, IP4) },
	{ "253/8", NAMES, CLIENT4, "253/8", BYTES(253, 8, PORT, IP4) },
	{ "200/8", NAMES, CLIENT4, "200/8", BYTES(200, 8, PORT, IP4) },
	{ "254/20", NAMES, CLIENT6, "254/20", BYTES(254, 20, PORT, IP6) },
	{ "253/20", NAMES, CLIENT6, "253/20", BYTES(253, 20, PORT, IP6) },
	{ "252/20", NAMES, CLIENT4, "252/20",
	  BYTES(252, 20, PORT, IP4, 9, 9, 9, 9, 8, 8, 8, 8, 0, 80, 0, 0) },
	{ "254/16", NAMES, CLIENT4, "254/16",
	  BYTES(254, 16, PORT, IP4, 0, 0, 0, 80, 8, 8, 8, 8) },
	{ "249/40", NAMES, CLIENT6, "249/40",
	  BYTES(249, 40, PORT, IP6, 1, 2, 3, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 1) },
	{ "28/7", NAMES, SHORT4, "28/7", BYTES(28, 7, 1, IP4) },
	{ "28/19", NAMES, SHORT6, "28/19", BYTES(28, 19, 7, IP6) },
	{ "our own IPv4", NAMES, CLIENT4, "77/12",
	  BYTES(77, 12, 0, 0, IP4, 0, 0, PORT) },
	{ "our own IPv6", NAMES, CLIENT6, "78/22",
	  BYTES(78, 22, PORT, 0, 0, IP6) },
};

const size_t good_options_count = COUNT(good_options);

const struct options odd_options[] = {
	{ "no option", PLAIN, NOBODY, 0, BYTES(1) },
	{ "after NOPs", NAMES, CLIENT4, "254/8", BYTES(1, 1, 254, 8, PORT, IP4) },
	{ "odd offset", NAMES, CLIENT6, "254/20", BYTES(1, 254, 20, PORT, IP6) },
	{ "after timestamps", NAMES, CLIENT4, "254/8",
	  BYTES(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 254, 8, PORT, IP4) },
	{ "before timestamps", NAMES, CLIENT4, "254/8",
	  BYTES(254, 8, PORT, IP4, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0) },
	{ "at the end of the option space", NAMES, CLIENT4, "254/8",
	  BYTES(NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, 254, 8, PORT, IP4) },
	{ "after an unknown option", NAMES, CLIENT4, "200/8",
	  BYTES(100, 6, 0, 0, 0, 0, 200, 8, PORT, IP4) },
	{ "two, the first counts", NAMES, CLIENT4, "254/8",
	  BYTES(254, 8, PORT, IP4, 254, 8, PORT, 5, 6, 7, 8) },
	{ "five, the first counts", NAMES, CLIENT4, "254/8",
	  BYTES(254, 8, PORT, IP4, 254, 8, PORT, 5, 6, 7, 8, 200, 8, PORT, 5, 6, 7, 8,
		254, 8, PORT, 5, 6, 7, 8, 254, 8, PORT, 5, 6, 7, 8) },
	{ "IPv6 and IPv4", NAMES, CLIENT6, "253/20",
	  BYTES(253, 20, PORT, IP6, 254, 8, PORT, 5, 6, 7, 8) },
	{ "after EOL", PLAIN, NOBODY, 0, BYTES(0, 0, 254, 8, PORT, IP4) },
	{ "unknown kind", PLAIN, NOBODY, 0, BYTES(100, 8, PORT, IP4) },
	{ "unknown kind, too long", PLAIN_OR_DROPPED, NOBODY, 0,
	  BYTES(100, 9, PORT, IP4) },
	{ "VIP", PLAIN, NOBODY, 0, BYTES(250, 8, 0, 80, 9, 9, 9, 9) },
	{ "VPC", PLAIN, NOBODY, 0, BYTES(201, 6, 0, 0, 0, 1) },
	{ "VPC's VIP", PLAIN, NOBODY, 0, BYTES(202, 8, 0, 80, 9, 9, 9, 9) },
	{ "our own without client", PLAIN, NOBODY, 0, BYTES(79, 6, 0, 0, 0, 0) },
	{ "after the VIP", NAMES, CLIENT4, "254/8",
	  BYTES(250, 8, 0, 80, 9, 9, 9, 9, 254, 8, PORT, IP4) },
	{ "before the VIP", NAMES, CLIENT4, "254/8",
	  BYTES(254, 8, PORT, IP4, 250, 8, 0, 80, 9, 9, 9, 9) },
	{ "after VPC and its VIP", NAMES, CLIENT4, "200/8",
	  BYTES(201, 6, 0, 0, 0, 1, 202, 8, 0, 80, 9, 9, 9, 9, 200, 8, PORT, IP4) },
	{ "another length, then a client", NAMES, CLIENT4, "200/8",
	  BYTES(254, 6, 0, 0, 0, 0, 200, 8, PORT, IP4) },
	{ "IPv4 as IPv6", NAMES, CLIENT4, "254/20",
	  BYTES(254, 20, PORT, MAPPED(IP4)) },
	{ "port of Fast Open, outside of a SYN", NAMES, { "1.2.3.4", 63881 }, "254/8",
	  BYTES(254, 8, 0xf9, 0x89, IP4) },
	{ "class E", NAMES, { "240.0.0.1", 12345 }, "254/8",
	  BYTES(254, 8, PORT, 240, 0, 0, 1) },
	{ "port 65535", NAMES, { "1.2.3.4", 65535 }, "254/8",
	  BYTES(254, 8, 255, 255, IP4) },

	{ "length 6", MALFORMED, NOBODY, 0, BYTES(254, 6, PORT, 1, 2) },
	{ "length 9", MALFORMED, NOBODY, 0, BYTES(200, 9, PORT, IP4, 0) },
	{ "length 2", MALFORMED, NOBODY, 0, BYTES(254, 2, 1, 1) },
	{ "length 1", MALFORMED_OR_DROPPED, NOBODY, 0, BYTES(254, 1, PORT, IP4) },
	{ "length 0", MALFORMED_OR_DROPPED, NOBODY, 0, BYTES(254, 0, PORT, IP4) },
	{ "length 255", MALFORMED_OR_DROPPED, NOBODY, 0, BYTES(254, 255, PORT, IP4) },
	{ "overruns", MALFORMED_OR_DROPPED, NOBODY, 0, BYTES(NOP4, 254, 8, PORT) },
	{ "IPv6 overruns by one", MALFORMED_OR_DROPPED, NOBODY, 0,
	  BYTES(1, 253, 20, PORT, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
	{ "last byte", MALFORMED_OR_DROPPED, NOBODY, 0, BYTES(1, 1, 1, 254) },
	{ "last of 40 bytes", MALFORMED_OR_DROPPED, NOBODY, 0,
	  BYTES(NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, NOP4, 1, 1, 1, 254) },
	{ "address 0", MALFORMED, NOBODY, 0, BYTES(254, 8, PORT, 0, 0, 0, 0) },
	{ "port 0", MALFORMED, NOBODY, 0, BYTES(254, 8, 0, 0, IP4) },
	{ "multicast", MALFORMED, NOBODY, 0, BYTES(253, 8, PORT, 224, 0, 0, 1) },
	{ "last multicast", MALFORMED, NOBODY, 0, BYTES(200, 8, PORT, 239, 255, 255, 255) },
	{ "broadcast", MALFORMED, NOBODY, 0, BYTES(254, 8, PORT, 255, 255, 255, 255) },
	{ "multicast, VPC", MALFORMED, NOBODY, 0,
	  BYTES(252, 20, PORT, 224, 0, 0, 1, 9, 9, 9, 9, 8, 8, 8, 8, 0, 80, 0, 0) },
	{ "IPv6 ::", MALFORMED, NOBODY, 0, BYTES(254, 20, PORT, ZERO16) },
	{ "IPv6 multicast", MALFORMED, NOBODY, 0,
	  BYTES(253, 20, PORT, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
	{ "IPv6 port 0", MALFORMED, NOBODY, 0, BYTES(254, 20, 0, 0, IP6) },
	{ "0.0.0.0 as IPv6", MALFORMED, NOBODY, 0, BYTES(254, 20, PORT, MAPPED(0, 0, 0, 0)) },
	{ "multicast as IPv6", MALFORMED, NOBODY, 0, BYTES(254, 20, PORT, MAPPED(224, 0, 0, 1)) },
	{ "CDN version 2", MALFORMED, NOBODY, 0, BYTES(28, 7, 2, IP4) },
	{ "CDN 0.0.0.0", MALFORMED, NOBODY, 0, BYTES(28, 7, 1, 0, 0, 0, 0) },
	{ "CDN ::", MALFORMED, NOBODY, 0, BYTES(28, 19, 1, ZERO16) },
	{ "our own, port 0", MALFORMED, NOBODY, 0, BYTES(77, 12, 0, 0, IP4, 0, 0, 0, 0) },
	{ "our own, length 11", MALFORMED, NOBODY, 0, BYTES(77, 11, 0, 0, IP4, 0, 0, 0) },
	{ "VIP of another length", MALFORMED, NOBODY, 0, BYTES(250, 6, 0, 0, 0, 0) },
	{ "bad, then good", MALFORMED, NOBODY, 0,
	  BYTES(254, 8, PORT, 0, 0, 0, 0, 200, 8, PORT, IP4) },
};

const size_t odd_options_count = COUNT(odd_options);

const struct options stacked_options[] = {
	{ "last of one", NAMES, CLIENT4, "254/8", BYTES(254, 8, PORT, IP4) },
	{ "last of two", NAMES, OTHER4, "200/8",
	  BYTES(254, 8, PORT, IP4, 200, 8, PORT, 5, 6, 7, 8) },
	{ "last of three", NAMES, OTHER4, "254/8",
	  BYTES(254, 8, PORT, IP4, 254, 8, PORT, IP4, 254, 8, PORT, 5, 6, 7, 8) },
	{ "last is IPv6", NAMES, CLIENT6, "254/20",
	  BYTES(254, 8, PORT, IP4, 254, 20, PORT, IP6) },
	{ "last is followed by the VIP", NAMES, OTHER4, "254/8",
	  BYTES(200, 8, PORT, IP4, 254, 8, PORT, 5, 6, 7, 8, 250, 8, 0, 80, 9, 9, 9, 9) },
	{ "four", MALFORMED, NOBODY, 0,
	  BYTES(254, 8, PORT, IP4, 254, 8, PORT, IP4, 254, 8, PORT, IP4, 254, 8, PORT, IP4) },
	{ "last is malformed", MALFORMED, NOBODY, 0,
	  BYTES(254, 8, PORT, IP4, 254, 8, PORT, 0, 0, 0, 0) },
	{ "malformed before the last", NAMES, CLIENT4, "254/8",
	  BYTES(254, 8, PORT, 0, 0, 0, 0, 254, 8, PORT, IP4) },
	{ "none of them", PLAIN, NOBODY, 0, BYTES(1) },
};

const size_t stacked_options_count = COUNT(stacked_options);
