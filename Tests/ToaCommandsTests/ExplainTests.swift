// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// Whole screens of `toa build --explain`.
struct ExplainTests {
  let host: FakeHost

  init() throws {
    host = try FakeHost()
    host.write("/proc/self/environ", "CC=gcc-9\0HOME=/root\0ARCH=\0")
  }

  private func explain() async -> Screen { await Screen.of("build --explain", on: host) }

  @Test func `where nothing is missing it says what would be used and why`() async {
    _ = FakeApt(host).install([FakeApt.headers, "gcc-12", "make"])
    host.write("/usr/bin/gcc-11", "gcc")
    host.write("/usr/bin/gcc", "-> gcc-11")
    host[\.answers]["/usr/bin/gcc --version"] = CommandResult(status: 0, output: "gcc (Debian 11.3.0-12) 11.3.0\n")
    host[\.answers]["/usr/bin/gcc -dumpfullversion"] = CommandResult(status: 0, output: "11.3.0\n")
    let screen = await explain()
    #expect(
      screen
        == Screen(
          status: 0,
          out: """
            kernel      6.1.0-56-cloud-amd64, vanilla, runs
                        Debian GNU/Linux 12 (bookworm); package linux-image-6.1.0-56-cloud-amd64 6.1.192-2.amd64
            headers     /usr/src/linux-headers-6.1.0-56-cloud-amd64
            config      /boot/config-6.1.0-56-cloud-amd64
            built with  /boot/config-6.1.0-56-cloud-amd64  gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0
                        /boot/config-6.1.0-56-cloud-amd64  CONFIG_GCC_VERSION=120200
                        /proc/version                      gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0
            compilers   /usr/bin/gcc-12  gcc 12.2.0  chosen
                        /usr/bin/gcc     gcc 11.3.0  an older series
                        looked for gcc-12 gcc12 gcc /opt/rh/gcc-toolset-12/root/usr/bin/gcc
                        /opt/rh/gcc-toolset-12/root/bin/gcc cc clang
            because     the kernel was built with gcc 12.2.0; gcc 12.2.0 (/usr/bin/gcc-12)
                        is of the same series
            left out    CC
                        variables of the environment that would change a build
            build       # make -C /lib/modules/6.1.0-56-cloud-amd64/build M=DIR CC=/usr/bin/gcc-12 modules

            """, err: ""))
  }

  @Test func `what is missing is said with the command of the distribution, and ends with the status of a build`() async
  {
    let screen = await explain()
    #expect(
      screen
        == Screen(
          status: 21,
          out: """
            kernel      6.1.0-56-cloud-amd64, vanilla, runs
                        Debian GNU/Linux 12 (bookworm); package linux-image-6.1.0-56-cloud-amd64 6.1.192-2.amd64
            headers     none
            config      /boot/config-6.1.0-56-cloud-amd64
            built with  /boot/config-6.1.0-56-cloud-amd64  gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0
                        /boot/config-6.1.0-56-cloud-amd64  CONFIG_GCC_VERSION=120200
                        /proc/version                      gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0
            compilers   none found
                        looked for gcc-12 gcc12 gcc /opt/rh/gcc-toolset-12/root/usr/bin/gcc
                        /opt/rh/gcc-toolset-12/root/bin/gcc cc clang
            because     the kernel was built with gcc 12.2.0; no compiler found
            left out    CC
                        variables of the environment that would change a build
            missing     no headers of kernel 6.1.0-56-cloud-amd64
                        /lib/modules/6.1.0-56-cloud-amd64/build is not there
                        -> apt-get install linux-headers-6.1.0-56-cloud-amd64
            missing     no compiler that matches kernel 6.1.0-56-cloud-amd64
                        the kernel was built with gcc 12.2.0; no compiler found
                        -> apt-get install gcc-12
                        -> toa doctor --only CC
            missing     make is not installed
                        -> apt-get install make

            """, err: ""))
  }
}
