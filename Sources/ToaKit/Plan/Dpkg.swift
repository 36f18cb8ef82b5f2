// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// dpkg's commands as values.
enum Dpkg {
  private static let quiet = ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"]

  static func install(_ paths: [String]) -> Command {
    // A hook that an administrator has changed stays as it is: nobody is there whom dpkg could ask.
    let hasHooks = paths.contains { $0.contains("/\(KernelHooksPackage.name)_") }
    return Command("dpkg", ["--install"] + (hasHooks ? ["--force-confold"] : []) + paths, environment: quiet)
  }

  /// Purges packages, also those that a killed dpkg left half installed.
  static func purge(_ names: [String]) -> Command {
    Command("dpkg", ["--purge", "--force-remove-reinstreq"] + names, environment: quiet)
  }

  static let configurePending = Command("dpkg", ["--configure", "--pending"], environment: quiet)
}
