// SPDX-License-Identifier: Apache-2.0

/// What `toa build` answers for several kernels.
public struct BuildsDocument: Document {
  /// Shape of the document.
  public let schema = "toa.builds/1"
  /// One for each kernel.
  public let builds: [BuildDocument]
}

extension Builder {
  /// Builds for each of `kernelDirs`; one that fails does not keep the others from theirs.
  public func buildAll(_ request: BuildRequest) async throws(ToaError) -> BuildsDocument {
    guard request.layout || request.dryRun else {
      throw ToaError(
        .usage, "the modules of several kernels cannot lie in one folder",
        why: "each is called toa.ko", next: ["add --layout: each gets DIR/RELEASE/ARCHITECTURE"])
    }
    var builds: [BuildDocument] = []
    var failures: [(folder: String, error: ToaError)] = []
    for folder in request.kernelDirs {
      var one = request
      one.kernelDirs = [folder]
      do throws(ToaError) {
        builds.append(try await build(one))
      } catch {
        failures.append((folder, error))
      }
      try refuseIfCancelled()
    }
    if let first = failures.first {
      throw ToaError(
        first.error.status, "\(failures.count) of \(request.kernelDirs.count) kernels have no module",
        why: failures.map { "\($0.folder): \($0.error)" }.joined(separator: "\n"), next: first.error.next)
    }
    return BuildsDocument(builds: builds)
  }
}
