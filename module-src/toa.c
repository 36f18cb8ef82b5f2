// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole module as one unit for the compiler, which spends nearly all of
 * its time on the kernel's headers: so it reads them once, not eighteen times.
 * Each file below includes what it needs, and its static names are unique.
 */
#define pr_fmt(fmt) "TOA: " fmt

#include "address.c"
#include "handshake.c"
#include "hooks.c"
#include "kretprobe.c"
#include "log.c"
#include "main.c"
#include "name.c"
#include "options.c"
#include "proc.c"
#include "profile.c"
#include "redirect.c"
#include "settings.c"
#include "sockopt.c"
#include "stats.c"
#include "store.c"
#include "table.c"
#include "trust.c"
#include "waiting.c"
