// SPDX-License-Identifier: Apache-2.0
import Kmod
import Testing

struct ModuleStateTests {
  @Test func `an unknown module is absent`() {
    #expect(KmodLibrary().state(of: "toa_never_built") == .absent)
  }

  @Test func `what has a folder in sysfs and no state is part of the kernel image`() {
    #expect(KmodLibrary().state(of: "printk") == .builtin)
  }
}
