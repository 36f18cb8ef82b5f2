// SPDX-License-Identifier: Apache-2.0
#include "Assets.h"

struct carried_file {
  const char *path;
  const uint8_t *bytes;
  size_t size;
};

// The list embeds each file with C23's #embed.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "files.h"

static const size_t count = sizeof files / sizeof *files;

size_t assets_count(void) { return count; }
const char *assets_path(size_t index) { return index < count ? files[index].path : NULL; }
const uint8_t *assets_bytes(size_t index) { return index < count ? files[index].bytes : NULL; }
size_t assets_size(size_t index) { return index < count ? files[index].size : 0; }
