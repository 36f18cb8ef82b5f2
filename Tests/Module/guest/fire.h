/* SPDX-License-Identifier: GPL-2.0-only */
/* Much at once, or very often. Each returns the exit status. */
#ifndef FIRE_H
#define FIRE_H

#include "judge.h"

int fire_malformed(const char *path, long count, const char *parameters);
int fire_profiles(const char *path, long count, const char *parameters);
int fire_namespaces(const char *path, long count, const char *parameters);
int fire_processors(const char *path, long count, const char *parameters);

#endif
