// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// TOA_STATIC=1 links libkmod.a from .static/lib into one file for every host (see Makefile, `make static`).
let isStatic = Context.environment["TOA_STATIC"] != nil

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]
let memorySafe: [SwiftSetting] = strict + [.strictMemorySafety()]

let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "toa",
  products: [.executable(name: "toa", targets: ["toa"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CKmod", pkgConfig: isStatic ? nil : "libkmod",
      providers: [.apt(["libkmod-dev"]), .yum(["kmod-devel"])]),
    .target(
      name: "CBpf",
      // By file name, so that the archives are taken: hosts have libbpf in many versions, or not at all.
      linkerSettings: [.unsafeFlags(["-Xlinker", "-l:libbpf.a", "-Xlinker", "-l:libelf.a"]), .linkedLibrary("z")]),
    .target(name: "CLinux"),
    .target(name: "Assets"),
    .target(name: "Kmod", dependencies: ["CKmod"], swiftSettings: memorySafe),
    .target(name: "Wire", swiftSettings: strict),
    .target(name: "Bpf", dependencies: ["CBpf", "Wire"], swiftSettings: memorySafe),
    .target(name: "Host", dependencies: [systemPackage], swiftSettings: strict),
    .target(name: "Packaging", dependencies: ["Assets", "Host"], swiftSettings: strict),
    .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: memorySafe),
    .target(name: "Capture", dependencies: ["CLinux", "Linux", "Wire"], swiftSettings: memorySafe),
    .target(name: "SelfTest", dependencies: ["CLinux", "Capture", "Linux", "Wire"], swiftSettings: memorySafe),
    .target(
      name: "ToaKit",
      dependencies: [
        "Assets", "Bpf", "CLinux", "Capture", "Host", "Kmod", "Packaging", "SelfTest", "Wire", logging, subprocess,
        systemPackage,
      ],
      swiftSettings: strict),
    .target(name: "ToaCommands", dependencies: ["CLinux", "ToaKit", argumentParser], swiftSettings: strict),
    .executableTarget(
      name: "toa", dependencies: ["ToaCommands"], swiftSettings: strict,
      linkerSettings: isStatic
        ? [
          .unsafeFlags(["-L\(Context.packageDirectory)/.static/lib"]),
          .linkedLibrary("zstd"), .linkedLibrary("lzma"), .linkedLibrary("z"),
        ] : []),
    // The module's own parsers, which have to agree with ours.
    .target(
      name: "ModuleParser", path: "Tests/ModuleParser", cSettings: [.headerSearchPath("../Module/shim")]),
    .testTarget(name: "WireTests", dependencies: ["ModuleParser", "Wire"], swiftSettings: strict),
    .testTarget(
      name: "BpfTests", dependencies: ["Bpf", "CLinux", "Packaging", "Wire"], swiftSettings: strict),
    .testTarget(name: "HostTests", dependencies: ["Host", systemPackage], swiftSettings: strict),
    .testTarget(name: "KmodTests", dependencies: ["Kmod"], swiftSettings: strict),
    .testTarget(
      name: "AssetsTests", dependencies: ["Assets", "Host", "Packaging", systemPackage], swiftSettings: strict),
    .testTarget(name: "PackagingTests", dependencies: ["Packaging", "Host", systemPackage], swiftSettings: strict),
    .testTarget(
      name: "CaptureTests", dependencies: ["CLinux", "Capture", "Host", "SelfTest", "ToaKit", "Wire"],
      swiftSettings: memorySafe),
    .testTarget(name: "SelfTestTests", dependencies: ["Linux", "SelfTest", "Wire"], swiftSettings: strict),
    .testTarget(
      name: "ToaKitTests",
      dependencies: ["Bpf", "Capture", "Host", "Kmod", "SelfTest", "ToaKit", "Wire", systemPackage],
      swiftSettings: strict),
    .testTarget(
      name: "ToaCommandsTests",
      dependencies: ["Bpf", "Capture", "Host", "Kmod", "SelfTest", "ToaCommands", "ToaKit", "Wire", systemPackage],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
