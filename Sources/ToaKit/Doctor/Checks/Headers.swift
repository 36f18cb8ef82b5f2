// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let headersPresent = Check(
    "HDR01", .headers, "headers installed", about: .module,
    explanation: """
      A module is compiled against the headers of the very kernel that will load it. They lie behind /lib/modules/RELEASE/build and
      come in a package of their own, of exactly the kernel's version. A module that is already installed works without them, but
      the next update of toa, or a rebuild, does not.

      Debian and Ubuntu:
          apt-get install linux-headers-$(uname -r)
      RHEL, CentOS, Rocky, openEuler, TencentOS: the -devel package with the version of the package that owns the kernel
      (`rpm -qf /boot/vmlinuz-$(uname -r)`), on TencentOS 2 and 3 it differs from `uname -r`:
          dnf install kernel-devel-$(uname -r)
      SUSE: kernel-default-devel with the kernel package's version:
          zypper install kernel-default-devel=VERSION

      When the repository has no such package any more, the kernel is older than the repository: update the kernel, reboot, and
      install again.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    let link = context.facts.target.buildLink
    let headers = context.facts.headers
    switch headers.state {
    case .present, .otherRelease: return Outcome(.ok, headers.folder ?? link, evidence: [link])
    case .danglingLink: return Outcome(.skipped, "the link to them leads nowhere (HDR02)")
    case .missing:
      return Outcome(
        context.buildSeverity, "no headers of kernel \(context.kernel)", expected: "its headers at \(link)",
        evidence: ["\(link) is not there"], fix: context.headersFixOrAgain)
    case .incomplete(let missing):
      return Outcome(
        context.buildSeverity, "the headers are incomplete: no \(missing.spoken)", evidence: [headers.folder ?? link],
        fix: context.headersAgain)
    }
  }

  static let headersLink = Check(
    "HDR02", .headers, "link to the headers", about: .module,
    explanation: """
      /lib/modules/RELEASE/build is a symbolic link to the headers. When it stays behind after their package was removed, or points
      into a build directory on another machine (kernels built by hand do), compiling stops with "No such file or directory".

      Install the headers' package again; it puts the folder back to which the link leads:
          apt-get install --reinstall linux-headers-$(uname -r)
          dnf reinstall kernel-devel-$(uname -r)

      For a kernel that was built by hand, point the link to its build tree, prepared by `make modules_prepare`.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    let link = context.facts.target.buildLink
    switch context.facts.headers.state {
    case .danglingLink(let target):
      return Outcome(
        context.buildSeverity, "\(link) leads to \(target), which is not there", expected: "a folder with the headers",
        evidence: ["readlink \(link): \(target)"], fix: context.headersFixOrAgain)
    case .missing: return Outcome(.skipped, "there is none (HDR01)")
    case .present, .incomplete, .otherRelease: return Outcome(.ok, "leads to a folder")
    }
  }

  static let headersRelease = Check(
    "HDR03", .headers, "headers of this kernel", about: .module,
    explanation: """
      Headers say for which release they are in include/generated/utsrelease.h. A module that is built with headers of another release
      carries that release in its vermagic, and the kernel refuses it ("version magic ... should be ..."). Forcing it in, or editing
      the Makefile until it compiles, as some guides suggest, gives a module that can crash the kernel: structures have other
      layouts.

      Install the headers of this release, so that the link leads to them, or boot the kernel to which the headers belong.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable, .headers) { return skip }
    let headers = context.facts.headers
    let file = "\(headers.folder ?? context.facts.target.buildLink)/include/generated/utsrelease.h"
    switch headers.state {
    case .otherRelease(let release):
      return Outcome(
        context.buildSeverity, "the headers are for \(release)", expected: "headers for \(context.kernel)",
        evidence: ["\(file): UTS_RELEASE \"\(release)\""], fix: context.headersFixOrAgain)
    default:
      guard let release = headers.utsRelease else {
        return Outcome(.skipped, "they do not say their release (HDR01)", evidence: [file])
      }
      return Outcome(.ok, release, evidence: [file])
    }
  }
}
