// SPDX-License-Identifier: GPL-2.0-only
/*
 * profiles MODULE [PARAMETERS]
 *
 * What each vendor's profile reads and answers, which texts are refused, and
 * what a change means for connections that are there already.
 */
#define _GNU_SOURCE
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROFILE "/sys/module/toa/parameters/profile"
#define GETSOCKOPT "/sys/module/toa/parameters/getsockopt"
/* Those of the list that vendors have; the others are our own. */
#define KNOWN 10

static const struct vendor {
	const char *name;
	/* Space before and after each. */
	const char *options;
	const char *getsockopt;
	bool syn;
} vendors[] = {
	{ "default", " 254/8 254/20 253/20 200/8 ", "4096,1345", false },
	{ "lvs", " 254/8 253/20 200/8 ", "none", true },
	{ "dpvs", " 254/8 254/20 ", "4096", false },
	{ "tencent-clb", " 200/8 253/20 ", "4096", false },
	{ "tencent-gaap", " 200/8 ", "none", false },
	{ "ksyun", " 254/8 253/20 254/20 ", "1345", false },
	{ "huawei-elb", " 254/8 254/20 253/20 ", "4096", false },
	{ "ucloud", " 200/8 254/8 253/8 ", "none", false },
	{ "alibaba-cdn", " 28/7 28/19 254/8 254/20 ", "none", true },
	{ "lvs -syn -254/8 28/7 1345", " 253/20 200/8 28/7 ", "1345", false },
	{ "default,-4096,-1345,syn", " 254/8 254/20 253/20 200/8 ", "none", true },
	{ "dpvs\ttencent-gaap\n", " 254/8 254/20 200/8 ", "4096", false },
	{ "-254/8 254/8", " 254/8 ", "none", false },
	{ "254/8:ip4@4", " 254/8:no-port ", "none", false },
	{ "253/8 254/16 252/20 249/40 28/7 28/19 -1345", " 253/8 254/16 252/20 249/40 28/7 28/19 ",
	  "none", false },
};

#define MANY "254/8 253/8 200/8 254/20 253/20 252/20 254/16 249/40 28/7 28/19 " \
	"250/8 201/6 202/8 71/4:none 72/4:none "

static const char * const good[] = {
	"default", "default,", ",default", " 254/8 ", "254/8,,200/8", "default default",
	"254/8 254/8:ip4@4+port@2", "77/8:ip4@4+port@2", "77/40:ip6@24+port@22",
	"77/18:ip6@2", "2/6:ip4@2", "255/6:ip4@2 255/7:ip4@3 79/2:none",
	"default -77/8", "default deferred late syn last", MANY "73/4:none",
};

static const char * const bad[] = {
	" ", ",", "nonsense", "default nonsense", "default,nonsense,254/8",
	"Default", "default;lvs", "4096 1345", "deferred", "250/8", "79/6:none",
	"default -254/8 -254/20 -253/20 -200/8", "lvs -lvs", "-default",
	"--syn", "+syn", "-", "default -nonsense", "254/8 254/8:ip4@4",
	"254/8 254/8:none", "1/8:ip4@4", "0/8:ip4@4", "256/8:ip4@4", "-1/8:ip4@4",
	"77/41:ip4@4", "77/1:none", "77/0:none", "77/6:ip4@3", "77/6:ip4@1",
	"77/17:ip6@2", "77/8:ip4@4+port@7", "77/8:ip4@4+port@1", "77/8:ip4@4+port@5",
	"77/8:ip4@4+port@3", "77/8", "77/8:", "77/8:ip5@2", "77/8:ip4@x", "77/8:ip4@",
	"77/8:ip4@4+", "77/8:ip4@4+port@", "77/8:ip4@4+port@2x", "77/8:none+port@2",
	"77/8:port@2+ip4@4", "254", "254/", "/8", "254/8/8", "0xfe/8", "254 /8",
	"254/ 8", "254/8:none:none", "4097", "1346", "4096x", "\"default\"",
	MANY "73/4:none 74/4:none",
};

static struct listener ip4, dual;

static bool set(const char *text)
{
	return write_file(PROFILE, text);
}

/* Blanks at the end are not kept. */
static void without_end(char *text)
{
	size_t size = strlen(text);

	while (size && strchr(" \n", text[size - 1]))
		text[--size] = '\0';
}

static void reads(const char *path, const char *wanted)
{
	char seen[8192] = "", text[8192];

	read_file(path, seen, sizeof(seen));
	without_end(seen);
	snprintf(text, sizeof(text), "%s", wanted);
	without_end(text);
	same(path, seen, text);
}

static void judge_option(const struct vendor *vendor, const struct options *option)
{
	char what[100], word[24], kind[8], port[40];
	struct client client = option->client;
	bool taken, malformed;

	snprintf(word, sizeof(word), " %s ", option->option);
	snprintf(port, sizeof(port), " %s:no-port ", option->option);
	sscanf(option->option, "%7[^/]", kind);
	snprintf(what, sizeof(what), "profile %s: %s", vendor->name, option->name);
	taken = strstr(vendor->options, word) || strstr(vendor->options, port);
	if (strstr(vendor->options, port))
		client.port = 0;
	snprintf(word, sizeof(word), " %s/", kind);
	malformed = !taken && strstr(vendor->options, word);

	counting();
	once(what, &ip4, LB_IP4, option->bytes, option->size, "",
	     taken ? &client : &nobody);
	check(risen("malformed") == malformed, "%s: malformed rose by %ld", what,
	      risen("malformed"));
	check(risen("syn_recv_sock_toa") == taken, "%s: syn_recv_sock_toa rose by %ld",
	      what, risen("syn_recv_sock_toa"));
}

/* Like once(), with the option only on the SYN. */
static void once_on_syn(const char *what, const struct listener *listener,
			const uint8_t *options, size_t size,
			const struct client *client)
{
	struct sockaddr_storage address;
	struct wire_connection wire;
	int fd = -1;

	wire_connection(&wire, LB_IP4, listener->port);
	if (wire_syn_with(&wire, options, size, "", 0)) {
		wire_send(&wire, ACK, "", 0, "", 0);
		fd = accept_from(listener, &address, 5000);
	}
	if (fd < 0) {
		check(false, "%s: no connection", what);
		return;
	}
	same(what, address_text(&address), name_text(&wire, listener->ip6, client));
	judge_socket(what, fd, listener->ip6, &wire, client);
	wire_reset(&wire);
	close(fd);
}

static void judge_vendor(const struct vendor *vendor)
{
	const struct options *first = NULL;
	char what[100], word[24];
	size_t i;

	check(set(vendor->name), "profile %s: %s", vendor->name, strerror(errno));
	reads(PROFILE, vendor->name);
	reads(GETSOCKOPT, vendor->getsockopt);
	judge_calls(strstr(vendor->getsockopt, "4096"),
		    strstr(vendor->getsockopt, "1345"));
	for (i = 0; i < KNOWN; i++) {
		judge_option(vendor, &good_options[i]);
		snprintf(word, sizeof(word), " %s ", good_options[i].option);
		if (!first && strstr(vendor->options, word))
			first = &good_options[i];
	}
	if (!first)
		return;
	snprintf(what, sizeof(what), "profile %s: %s on the SYN", vendor->name,
		 first->option);
	once_on_syn(what, &dual, first->bytes, first->size,
		    vendor->syn ? &first->client : &nobody);
}

/*
 * TCP Fast Open has used an option of kind 254 that begins with 0xf989, on a
 * SYN: there, and only there, it is no client with port 63881.
 */
static void fast_open_cookies(void)
{
	static const struct client port = { "1.2.3.4", 63881 };

	check(set("default 253/8 syn"), "profile: %s", strerror(errno));
	judge_calls(true, true);
	once_on_syn("experiment of Fast Open", &ip4,
		    OPTION(254, 8, 0xf9, 0x89, 1, 2, 3, 4), &nobody);
	once_on_syn("Fast Open, 16 bytes", &ip4,
		    OPTION(254, 20, 0xf9, 0x89, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0,
			   0, 0, 0, 0, 0, 0, 1), &nobody);
	once_on_syn("Fast Open, then an option", &ip4,
		    OPTION(254, 8, 0xf9, 0x89, 1, 2, 3, 4, 254, 8, PORT, 1, 2, 3, 4),
		    &somebody);
	once("its number as port", &ip4, LB_IP4,
	     OPTION(254, 8, 0xf9, 0x89, 1, 2, 3, 4), "", &port);
}

static void texts(void)
{
	char text[1100];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check(set(good[i]), "profile \"%s\" was refused: %s", good[i],
		      strerror(errno));
		reads(PROFILE, good[i]);
	}
	check(set("default syn"), "profile: %s", strerror(errno));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check(!set(bad[i]) && errno == EINVAL,
		      "profile \"%s\" was taken, or refused with %s", bad[i],
		      strerrorname_np(errno));
		reads(PROFILE, "default syn");
	}
	judge_calls(true, true);
	once_on_syn("after all that was refused", &ip4, GOOD, &somebody);

	log_mark();
	check(!set("254/8 nonsense 200/8"), "nonsense was taken");
	check(log_says("TOA: profile: nonsense is not known, all refused"),
	      "the kernel log does not name the word");

	memset(text, ' ', sizeof(text));
	memcpy(text + 995, "254/8", 6);
	check(set(text), "1000 characters: %s", strerror(errno));
	memset(text, ' ', 1000);
	memcpy(text + 996, "254/8", 6);
	check(!set(text) && errno == EINVAL, "1001 characters were taken");
	memset(text, ',', 1000);
	check(!set(text) && errno == EINVAL, "1001 commas were taken");
}

/* Connections keep the client that they have; calls go and come. */
static void change(void)
{
	struct wire_connection wire, wire6;
	int fd, fd6;

	check(set("default"), "profile: %s", strerror(errno));
	judge_calls(true, true);
	fd = connection("before", &ip4, LB_IP4, GOOD, "", &somebody, &wire);
	fd6 = connection("before", &ip4, LB_IP4, good_options[3].bytes,
			 good_options[3].size, "", &good_options[3].client, &wire6);
	check(set("200/8"), "profile: %s", strerror(errno));
	judge_calls(false, false);
	judge_socket("profile without its option", fd, false, &wire, &somebody);
	judge_row("profile without its option", &wire, &somebody, "254/8");
	judge_socket("profile without its option", fd6, false, &wire6, &nobody);
	judge_row("profile without its option", &wire6, &good_options[3].client, "254/20");
	once("unknown now", &ip4, LB_IP4, GOOD, "", &nobody);
	check(set("200/8 4096"), "profile: %s", strerror(errno));
	judge_calls(true, false);
	judge_socket("one call", fd6, false, &wire6, &good_options[3].client);
	check(set("default"), "profile: %s", strerror(errno));
	judge_calls(true, true);
	judge_socket("as before", fd, false, &wire, &somebody);
	judge_socket("as before", fd6, false, &wire6, &good_options[3].client);
	check(counter("option_254/8") > 0, "no row for 254/8");
	wire_reset(&wire);
	wire_reset(&wire6);
	close(fd);
	close(fd6);
}

static void at_load(const char *path)
{
	check(!module_load(path, "profile=nonsense") && errno == EINVAL,
	      "profile=nonsense");
	check(!module_load(path, "profile=4096") && errno == EINVAL, "profile=4096");
	check(!module_load(path, "profile=default,nonsense hook=auto") && errno == EINVAL,
	      "profile=default,nonsense");
	check(module_load(path, "profile=tencent-gaap"), "load: %s", strerror(errno));
	reads(PROFILE, "tencent-gaap");
	reads(GETSOCKOPT, "none");
	judge_calls(false, false);
	once("given at load", &ip4, LB_IP4, GOOD, "", &nobody);
	check(module_unload(), "unload: %s", strerror(errno));
	/* A value with spaces needs quotes inside. */
	check(module_load(path, "profile=\"200/8 28/7 4096\""), "load: %s", strerror(errno));
	reads(PROFILE, "200/8 28/7 4096");
	reads(GETSOCKOPT, "4096");
	check(module_unload(), "unload: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "usage: profiles MODULE [PARAMETERS]\n");
		return 2;
	}
	wire_open("toaprofiles");
	ip4 = listener_open(AF_INET, 0, "0.0.0.0");
	dual = have_ip6() ? listener_open(AF_INET6, 0, "::") : ip4;
	at_load(argv[1]);
	if (!module_load(argv[1], argc > 2 ? argv[2] : ""))
		die("load %s", argv[1]);
	reads(PROFILE, "default");
	reads(GETSOCKOPT, "4096,1345");
	for (i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		judge_vendor(&vendors[i]);
	fast_open_cookies();
	texts();
	change();
	check(balanced(), "entry_alloc %ld, entry_free %ld",
	      counter("entry_alloc"), counter("entry_free"));
	check(module_unload(), "unload: %s", strerror(errno));
	return judge_end();
}
