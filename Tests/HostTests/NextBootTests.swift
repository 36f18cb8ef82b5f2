// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

struct NextBootTests {
  private func next(_ files: [String: String]) throws -> String? {
    let folder = try TemporaryFolder()
    for release in ["6.1.0-5-amd64", "6.1.0-56-amd64", "6.1.0-57-amd64"] {
      try folder.write("/lib/modules/\(release)/modules.dep", "")
      try folder.write("/boot/vmlinuz-\(release)", "")
    }
    for (path, text) in files { try folder.write(path, text) }
    let kernels = InstalledKernels.read(from: folder.root, running: "6.1.0-56-amd64")
    return NextBoot.read(from: folder.root, kernels)?.release
  }

  @Test func `without a word of the boot loader the newest starts`() throws {
    #expect(try next([:]) == "6.1.0-57-amd64")
    #expect(try next(["/boot/grub/grub.cfg": "set default=\"0\"\n"]) == "6.1.0-57-amd64")
    #expect(try next(["/boot/grub/grubenv": "saved_entry=gnulinux-5.10.0-1-amd64\n"]) == "6.1.0-57-amd64")
  }

  @Test func `an entry is known by the whole release in its name`() throws {
    let saved = "# GRUB Environment Block\nsaved_entry=gnulinux-advanced-1>gnulinux-6.1.0-56-amd64-advanced-1\n####\n"
    #expect(try next(["/boot/grub/grubenv": saved]) == "6.1.0-56-amd64")
    let both = "set default=\"${next_entry}\"\n   set default=\"${saved_entry}\"\n"
    #expect(try next(["/boot/grub/grubenv": saved, "/boot/grub/grub.cfg": both]) == "6.1.0-56-amd64")
    let fixed = "set default=\"Advanced>Debian, with Linux 6.1.0-5-amd64\"\n"
    #expect(try next(["/boot/grub/grub.cfg": fixed]) == "6.1.0-5-amd64")
    #expect(
      try next(["/boot/grub2/grubenv": "saved_entry=0123456789abcdef0123456789abcdef-6.1.0-56-amd64\n"])
        == "6.1.0-56-amd64")
    #expect(try next(["/boot/loader/loader.conf": "timeout 3\ndefault debian-6.1.0-5-amd64.conf\n"]) == "6.1.0-5-amd64")
  }

  @Test func `an entry for the next boot alone is stronger, a saved one that the menu does not ask for is none`() throws
  {
    let environment = "saved_entry=x-6.1.0-5-amd64\nnext_entry=x-6.1.0-56-amd64\n"
    #expect(try next(["/boot/grub/grubenv": environment]) == "6.1.0-56-amd64")
    #expect(
      try next(["/boot/grub/grubenv": "saved_entry=x-6.1.0-5-amd64\n", "/boot/grub/grub.cfg": "set default=\"0\"\n"])
        == "6.1.0-57-amd64")
  }
}
