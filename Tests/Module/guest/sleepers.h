/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that sleep inside the kernel, for as long as a test wants. */
#ifndef SLEEPERS_H
#define SLEEPERS_H

#include <pthread.h>
#include <stdbool.h>

/* A page that is not there: who copies to or from it sleeps until it is made. */
struct slow_page {
	int uffd;
	void *page;
};

struct slow_page slow_page(void);
/* It is there now, all zero. */
void slow_page_ready(struct slow_page *page);
void slow_page_free(struct slow_page *page);

/* Unloads the module in a task of its own. */
struct unloading {
	pthread_t thread;
	volatile bool done;
	bool good;
	int error;
};

void unloading_start(struct unloading *unloading);
void unloading_join(struct unloading *unloading);

/* Loads the module, and asks both socket calls for their answers. */
void judged_load(const char *path, const char *parameters);
/* Unloads it in less than ten seconds, and looks that nobody answers any more. */
void judged_unload(void);

/* Milliseconds of a clock that only goes forward. */
long now(void);

#endif
