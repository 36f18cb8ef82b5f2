// SPDX-License-Identifier: Apache-2.0
#include "Assets.h"

size_t assets_count(void) { return 0; }
const char *assets_path(size_t index) { return 0; }
const uint8_t *assets_bytes(size_t index) { return 0; }
size_t assets_size(size_t index) { return 0; }
