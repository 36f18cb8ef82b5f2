// SPDX-License-Identifier: Apache-2.0

/// The headers against which a kernel's modules are built: what /lib/modules/RELEASE/build leads to, or a folder that was named.
public struct KernelHeaders: Sendable, Equatable {
  /// Whether a module can be built against the headers.
  public enum State: Sendable, Equatable {
    /// Everything needed is there.
    case present
    /// Nothing is at the build link.
    case missing
    /// The build link leads nowhere: the headers package was removed.
    case danglingLink(target: String)
    /// Files that every build needs are not there.
    case incomplete(missing: [String])
    /// The headers are of another release, by UTS_RELEASE.
    case otherRelease(String)
  }

  /// The kernel they are for.
  public let release: String
  /// Where they were looked for: the build link, or the folder that was named.
  public let place: String
  /// Whether a module can be built against them.
  public let state: State
  /// The folder behind the build link, below the root; nil when it leads nowhere.
  public let folder: String?
  /// UTS_RELEASE of include/generated/utsrelease.h: what modules will carry as vermagic.
  public let utsRelease: String?
  /// Whether Module.symvers is there and not empty (needed with CONFIG_MODVERSIONS).
  public let hasSymbolVersions: Bool
  /// Names of the GCC plugins that the kernel was built with; their presence asks for the very same compiler build.
  public let gccPlugins: [String]
  /// Host programs that a build runs and that are not there: "scripts/mod/modpost".
  public let missingTools: [String]

  /// Whether a module can be built against them.
  public var isUsable: Bool { state == .present }
}

extension KernelHeaders {
  /// Where the build leaves the headers that it makes: the second before Linux 2.6.33.
  static let generatedFolders = ["include/generated", "include/linux"]

  /// Where the headers of an installed kernel are.
  public static func link(for release: String) -> String { "/lib/modules/\(release)/build" }

  /// UTS_RELEASE of the headers in a folder; nil when they do not tell.
  public static func utsRelease(at place: String, in root: FileRoot) -> String? {
    let paths = generatedFolders.map { "\(place)/\($0)/utsrelease.h" }
    return paths.lazy.compactMap { try? root.text($0) }.first.flatMap { definedString("UTS_RELEASE", in: $0) }
  }

  /// The files that every out-of-tree build reads and that are not there.
  private static func missingFiles(_ link: String, _ root: FileRoot) -> [String] {
    let isOld = root.exists(link + "/include/linux/utsrelease.h") && !root.isDirectory(link + "/include/generated")
    let folder = generatedFolders[isOld ? 1 : 0]
    return ["Makefile", "\(folder)/autoconf.h", "\(folder)/utsrelease.h"].filter { !root.exists("\(link)/\($0)") }
  }

  /// Reads the headers of a kernel, behind its build link or in the folder `tree`; `config` tells of plugins and of objtool.
  public static func read(
    for release: String, in root: FileRoot, config: KernelConfig? = nil, tree: String? = nil
  ) -> KernelHeaders {
    let link = tree ?? link(for: release)
    guard root.isDirectory(link) else {
      let state = root.linkTarget(link).map(State.danglingLink(target:)) ?? .missing
      return KernelHeaders(
        release: release, place: link, state: state, folder: nil, utsRelease: nil, hasSymbolVersions: false,
        gccPlugins: [],
        missingTools: [])
    }
    let utsRelease = utsRelease(at: link, in: root)
    let missing = missingFiles(link, root)
    let state: State =
      if !missing.isEmpty {
        .incomplete(missing: missing)
      } else if let utsRelease, utsRelease != release {
        .otherRelease(utsRelease)
      } else {
        .present
      }
    return KernelHeaders(
      release: release, place: link, state: state, folder: root.resolve(link), utsRelease: utsRelease,
      hasSymbolVersions: (root.size(link + "/Module.symvers") ?? 0) > 0, gccPlugins: plugins(link, root, config),
      missingTools: tools(config).filter { !root.exists("\(link)/\($0)") })
  }

  private static func plugins(_ link: String, _ root: FileRoot, _ config: KernelConfig?) -> [String] {
    let files = root.list(link + "/scripts/gcc-plugins").filter { $0.hasSuffix(".so") }.map { String($0.dropLast(3)) }
    if !files.isEmpty { return files }
    let prefix = "CONFIG_GCC_PLUGIN_"
    guard let config, config.isEnabled("GCC_PLUGINS") else { return [] }
    return config.values.filter { $0.key.hasPrefix(prefix) && $0.value == .yes }.keys
      .map { $0.dropFirst(prefix.count).lowercased() }.sorted()
  }

  private static func tools(_ config: KernelConfig?) -> [String] {
    let usesObjtool = config.map { $0.isEnabled("OBJTOOL") || $0.isEnabled("STACK_VALIDATION") } ?? false
    return ["scripts/basic/fixdep", "scripts/mod/modpost"] + (usesObjtool ? ["tools/objtool/objtool"] : [])
  }
}
