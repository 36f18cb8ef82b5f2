// SPDX-License-Identifier: Apache-2.0
// Somebody else's module that is called toa: loads, does nothing, and must be noticed as a conflict.
// With warn=1 it makes the kernel warn, for the check of the harness.
#include <linux/module.h>

static int warn;
module_param(warn, int, 0);

static int __init other_init(void) {
  WARN_ON(warn);
  pr_info("somebody else's toa is loaded\n");
  return 0;
}

static void __exit other_exit(void) {}

module_init(other_init);
module_exit(other_exit);
MODULE_DESCRIPTION("Another module named toa, for tests");
MODULE_LICENSE("GPL");
