// SPDX-License-Identifier: Apache-2.0
// The files that toa carries inside itself: the kernel module's source and the package templates.
#ifndef ASSETS_H
#define ASSETS_H

#include <stddef.h>
#include <stdint.h>

/// Number of carried files.
size_t assets_count(void);
/// Path of carried file `index` below the repository ("module-src/main.c"), or NULL past the end.
const char *assets_path(size_t index);
/// Bytes of carried file `index`; not terminated by NUL.
const uint8_t *assets_bytes(size_t index);
/// Size in bytes of carried file `index`.
size_t assets_size(size_t index);

#endif
