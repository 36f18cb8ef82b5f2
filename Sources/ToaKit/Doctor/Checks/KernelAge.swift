// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The kernels on which the module is known to compile and to work; docs/kernels.md has the whole table.
private enum KnownKernels {
  /// It does not compile for older ones.
  static let oldest = KernelVersion(2, 6, 32)
  /// It was run on none before.
  static let oldestRun = KernelVersion(4, 4)
  /// Newest series that the tests boot.
  static let newestSeries = 7
}

extension Check {
  static let kernelVersion = Check(
    "KRN04", .kernel, "version of the kernel", about: .module,
    explanation: """
      toa.ko is built from one source for kernels from 2.6.32 on. What differs between them is asked of the kernel's headers and not
      of its version, so a distribution's changes are seen. It is tested on 5.10 to 7.x in every release, and was run by hand on 4.4,
      4.14 and 5.4; for kernels in between and before it compiles, and that is all that is known. docs/kernels.md has the table.

      A kernel of a later series may have changed what the module builds on. Try it: an installation ends with real connections, and
      takes everything back when one of them shows the wrong address.
          toa install
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport) { return skip }
    let version = context.facts.target.version
    let evidence = ["kernel release \(context.kernel)"]
    if version < KnownKernels.oldest {
      return Outcome(
        .error, "older than any kernel for which toa.ko compiles", expected: "\(KnownKernels.oldest) or later",
        evidence: evidence, fix: ["boot a newer kernel of the distribution"])
    }
    if version.major > KnownKernels.newestSeries {
      guard !context.isLoaded else {
        return Outcome(.info, "newer than any tested one; the self-test decides (APP01)", evidence: evidence)
      }
      return Outcome(
        .warning, "newer than any kernel on which this toa was tested",
        expected: "at most \(KnownKernels.newestSeries).x", evidence: evidence,
        fix: ["toa install, which takes everything back when its self-test fails", "or install a newer toa"])
    }
    if version < KnownKernels.oldestRun {
      return Outcome(.info, "toa.ko compiles for it, and is not tested on it", evidence: evidence)
    }
    return Outcome(.ok, "\(version), in the tested range", evidence: evidence)
  }
}
