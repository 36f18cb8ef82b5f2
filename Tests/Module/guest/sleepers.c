// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "sleepers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "host.h"
#include "judge.h"

struct slow_page slow_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct slow_page slow;

	slow.uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	slow.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	area.range.start = (uintptr_t)slow.page;
	area.range.len = 4096;
	if (slow.uffd < 0 || ioctl(slow.uffd, UFFDIO_API, &api) ||
	    ioctl(slow.uffd, UFFDIO_REGISTER, &area))
		die("userfaultfd");
	return slow;
}

void slow_page_ready(struct slow_page *slow)
{
	struct uffdio_zeropage zero = { 0 };

	zero.range.start = (uintptr_t)slow->page;
	zero.range.len = 4096;
	if (ioctl(slow->uffd, UFFDIO_ZEROPAGE, &zero) && errno != EEXIST)
		die("UFFDIO_ZEROPAGE");
}

void slow_page_free(struct slow_page *slow)
{
	close(slow->uffd);
	munmap(slow->page, 4096);
}

static void *unload(void *argument)
{
	struct unloading *unloading = argument;

	unloading->good = module_unload();
	unloading->error = errno;
	unloading->done = true;
	return NULL;
}

void unloading_start(struct unloading *unloading)
{
	unloading->done = false;
	pthread_create(&unloading->thread, NULL, unload, unloading);
}

void unloading_join(struct unloading *unloading)
{
	pthread_join(unloading->thread, NULL);
}

void judged_load(const char *path, const char *parameters)
{
	check(module_load(path, parameters), "load %s: %s", parameters, strerror(errno));
	judge_calls(true, true);
}

void judged_unload(void)
{
	long start = now();

	check(module_unload(), "unload: %s", strerror(errno));
	check(now() - start < 10000, "unload took %ld ms", now() - start);
	judge_calls(false, false);
}

long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
