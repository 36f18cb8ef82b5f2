// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host

@testable import ToaKit

/// Ways in which the host itself is broken: its kernel, headers, compiler, policy, files and boot.
extension BrokenWay {
  static let host: [BrokenWay] = [
    BrokenWay(
      "toa.ko is installed and nobody loaded it", from: "vendor document 002", cause: "MOD01"
    ) { host in
      try host.tree.remove("/sys/module/toa")
      host.modules = [:]
    },
    BrokenWay(
      "the headers are of another release", from: "vendor document 001: its Makefile is edited until it compiles",
      cause: "HDR03"
    ) { host in
      try host.tree.write(
        "\(DoctorHost.headers)/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0-1-cloud-amd64\"\n")
    },
    BrokenWay(
      "nothing loads toa.ko at the next boot", from: "installers.md PER01", cause: "PER01", on: .rocky
    ) { host in
      try host.tree.remove("/usr/lib/modules-load.d/toa.conf")
    },
  ]
}
