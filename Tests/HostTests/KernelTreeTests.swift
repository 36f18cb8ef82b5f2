// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct KernelTreeTests {
  @Test func `one configuration has one text, from .config, auto.conf and a signed kernel's`() {
    let config = """
      CONFIG_LOCALVERSION="-x"
      CONFIG_BUILD_SALT="6.1.0-56-cloud-amd64"
      # CONFIG_SMP is not set
      CONFIG_HZ=250
      CONFIG_START=0x1000000
      CONFIG_NUMBER="0x10"
      CONFIG_MODULE_SIG_KEY="output/signing_key.pem"
      CONFIG_TUN=m
      """
    let auto = """
      CONFIG_TUN=m
      CONFIG_LOCALVERSION=-x
      CONFIG_NUMBER=0x10
      CONFIG_HZ=250
      CONFIG_START=0x1000000
      """
    #expect(KernelConfig(parsing: config).canonicalText == KernelConfig(parsing: auto).canonicalText)
    #expect(
      KernelConfig(parsing: auto).canonicalText
        == "CONFIG_HZ=250\nCONFIG_LOCALVERSION=-x\nCONFIG_NUMBER=16\nCONFIG_START=16777216\nCONFIG_TUN=m\n")
    #expect(
      KernelConfig(parsing: auto + "\nCONFIG_SMP=y\n").canonicalText != KernelConfig(parsing: auto).canonicalText)
  }

  @Test func `Debian's common headers are taken from beside only where their own place is empty`() throws {
    let place = "/srv/usr/src/linux-headers-6.1.0-56-cloud-amd64"
    let common = "/usr/src/linux-headers-6.1.0-56-common"
    let folder = try TemporaryFolder([
      place + "/Makefile": "KBUILD_OUTPUT=/usr/src/x\ninclude \(common)/Makefile\n", "/srv\(common)/Makefile": "",
    ])
    let headers = KernelHeaders.read(for: "6.1.0-56-cloud-amd64", in: folder.root, tree: place)
    #expect(headers.commonFolder(in: folder.root) == "/srv" + common)
    try folder.write(common + "/Makefile", "")
    #expect(headers.commonFolder(in: folder.root) == nil)
  }
}
