// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct VersionLineTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let line: String
    let release: String
    let builder: String?
    let kind: CompilerIdentity.Kind
    let version: CompilerVersion
    let program: String?
    var testDescription: String { release }
  }

  static let samples = [
    Sample(
      line: "Linux version 2.6.32-5-amd64 (Debian 2.6.32-48squeeze6) (jmm@debian.org) "
        + "(gcc version 4.3.5 (Debian 4.3.5-4) ) #1 SMP Tue May 13 16:34:35 UTC 2014",
      release: "2.6.32-5-amd64", builder: "jmm@debian.org", kind: .gcc, version: CompilerVersion(4, 3, 5), program: nil),
    Sample(
      line: "Linux version 3.10.0-1160.71.1.el7.x86_64 (mockbuild@kbuilder.bsys.centos.org) "
        + "(gcc version 4.8.5 20150623 (Red Hat 4.8.5-44) (GCC) ) #1 SMP Tue Jun 28 15:37:28 UTC 2022",
      release: "3.10.0-1160.71.1.el7.x86_64", builder: "mockbuild@kbuilder.bsys.centos.org", kind: .gcc,
      version: CompilerVersion(4, 8, 5), program: nil),
    Sample(
      line: "Linux version 5.7.0-rc5+ (root@host) (gcc version 8.3.1 20191121 (Red Hat 8.3.1-5) (GCC), "
        + "GNU ld version 2.30-73.el8) #3 SMP Mon May 11 10:28:57 EDT 2020",
      release: "5.7.0-rc5+", builder: "root@host", kind: .gcc, version: CompilerVersion(8, 3, 1), program: nil),
    Sample(
      line: "Linux version 5.14.0-570.26.1.el9_6.x86_64 (mockbuild@x64-builder03.almalinux.org) "
        + "(gcc (GCC) 11.5.0 20240719 (Red Hat 11.5.0-5), GNU ld version 2.35.2-63.el9) #1 SMP PREEMPT_DYNAMIC "
        + "Wed Jul 16 09:12:04 EDT 2025",
      release: "5.14.0-570.26.1.el9_6.x86_64", builder: "mockbuild@x64-builder03.almalinux.org", kind: .gcc,
      version: CompilerVersion(11, 5, 0), program: "gcc"),
    Sample(
      line:
        "[    0.000000] Linux version 6.12.48+deb13-amd64 (debian-kernel@lists.debian.org) (x86_64-linux-gnu-gcc-14 "
        + "(Debian 14.2.0-19) 14.2.0, GNU ld (GNU Binutils for Debian) 2.44) #1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1",
      release: "6.12.48+deb13-amd64", builder: "debian-kernel@lists.debian.org", kind: .gcc,
      version: CompilerVersion(14, 2, 0), program: "x86_64-linux-gnu-gcc-14"),
    Sample(
      line:
        "[    0.000000][    T0] Linux version 5.14.21-150500.55.52-default (geeko@buildhost) (gcc (SUSE Linux) 7.5.0, "
        + "GNU ld (GNU Binutils; SUSE Linux Enterprise 15) 2.41.0.20230908-150100.7.46) #1 SMP (a62851f)",
      release: "5.14.21-150500.55.52-default", builder: "geeko@buildhost", kind: .gcc,
      version: CompilerVersion(7, 5, 0), program: "gcc"),
    Sample(
      line: "Mar 05 10:31:10 host kernel: Linux version 5.10.0-60.18.0.50.oe2203.x86_64 (abuild@ecs-obsworker-209) "
        + "(gcc_old (GCC) 10.3.1, GNU ld (GNU Binutils) 2.37) #1 SMP Wed Mar 30 03:12:24 UTC 2022",
      release: "5.10.0-60.18.0.50.oe2203.x86_64", builder: "abuild@ecs-obsworker-209", kind: .gcc,
      version: CompilerVersion(10, 3, 1), program: "gcc_old"),
    Sample(
      line: "Linux version 5.10.23-5.al8.x86_64 (mockbuild@x) (gcc (GCC) 10.2.1 20200825 (Alibaba 10.2.1-3 2.30), "
        + "GNU ld version 2.35-12.2.al8) #1 SMP Fri Apr 23 16:56:08 CST 2021",
      release: "5.10.23-5.al8.x86_64", builder: "mockbuild@x", kind: .gcc, version: CompilerVersion(10, 2, 1),
      program: "gcc"),
    Sample(
      line: "Linux version 6.13.0 (u@h) (aarch64-none-linux-gnu-gcc (Arm GNU Toolchain 14.3.Rel1 (Build arm-14.174)) "
        + "14.3.1 20250623, GNU ld (Arm GNU Toolchain 14.3.Rel1 (Build arm-14.174)) 2.44.0.20250616) #1 SMP PREEMPT",
      release: "6.13.0", builder: "u@h", kind: .gcc, version: CompilerVersion(14, 3, 1),
      program: "aarch64-none-linux-gnu-gcc"),
    Sample(
      line: "Linux version 6.11.0-rc1-P3 (root@supah) (clang version 18.1.8, LLD 18.1.8) #2 SMP Tue Jul 30 2024",
      release: "6.11.0-rc1-P3", builder: "root@supah", kind: .clang, version: CompilerVersion(18, 1, 8),
      program: "clang"),
    Sample(
      line: "Linux version 6.1.0-1-amd64 (k@h) (Debian clang version 14.0.6, LLD 14.0.6) #1 SMP",
      release: "6.1.0-1-amd64", builder: "k@h", kind: .clang, version: CompilerVersion(14, 0, 6), program: "clang"),
    Sample(
      line: "Linux version 6.11.0-rc4-gc97670d2ca04 (clang version 17.0.6, LLD 18.1.7)",
      release: "6.11.0-rc4-gc97670d2ca04", builder: nil, kind: .clang, version: CompilerVersion(17, 0, 6),
      program: "clang"),
  ]

  @Test(arguments: samples)
  func `the line of every grammar is read`(sample: Sample) throws {
    let line = try #require(VersionLine(parsing: sample.line))
    #expect(line.release == sample.release)
    #expect(line.builder == sample.builder)
    #expect(line.compiler?.kind == sample.kind)
    #expect(line.compiler?.version == sample.version)
    #expect(line.compiler?.program == sample.program)
    #expect(line.build.isEmpty || line.build.hasPrefix("#"))
  }

  @Test func `a line that a pager cut off still names its compiler`() throws {
    let line = try #require(
      VersionLine(
        parsing:
          "kernel: Linux version 5.10.0-19-amd64 (k@h) (gcc-10 (Debian 10.2.1-6) 10.2.1 20210110, GNU ld (GNU Bi>"))
    #expect(line.compiler?.version == CompilerVersion(10, 2, 1))
  }

  @Test func `a line without a compiler keeps its release`() throws {
    let line = try #require(VersionLine(parsing: "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016"))
    #expect(line.release == "4.4.0")
    #expect(line.compiler == nil)
    #expect(line.build == "#1 SMP Sun Jan 10 15:06:54 PST 2016")
  }

  @Test func `the last boot in a log counts`() {
    let log = "[0.0] Linux version 6.1.0 (a@b) (gcc-12 (X) 12.2.0) #1\nother\n[0.0] Linux version 6.2.0 (a@b) #1\n"
    #expect(VersionLine.find(inLog: log)?.release == "6.2.0")
    #expect(VersionLine.find(inLog: "the ring buffer has wrapped\n") == nil)
  }

  @Test(arguments: ["", "Linux", "Linux version", "Linux version ", "something else"])
  func `other lines are refused`(line: String) {
    #expect(VersionLine(parsing: line) == nil)
  }
}
