// SPDX-License-Identifier: Apache-2.0
internal import CKmod

/// Why libkmod stopped by itself, from a positive answer of kmod_module_probe_insert_module; nil for success and errno.
///
/// A caller that looks only for negative answers takes a blacklisted module for a loaded one.
func stopReason(_ status: Int32) -> String? {
  guard status > 0 else { return nil }
  switch UInt32(status) {
  case KMOD_PROBE_APPLY_BLACKLIST_ALL.rawValue: return "it or a module that it needs is blacklisted in modprobe.d"
  case KMOD_PROBE_APPLY_BLACKLIST.rawValue: return "blacklisted in modprobe.d"
  case KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY.rawValue: return "its alias is blacklisted in modprobe.d"
  default: return "libkmod stopped with reason \(status)"
  }
}
