// SPDX-License-Identifier: Apache-2.0

extension Check {
  /// Every check, in the order in which they are shown: by group, then by id.
  public static let all: [Check] =
    environment + kernel + building + policy + module + bpf + persistence + network + observation + application

  private static let environment = [
    architecture, rights, moduleSupport, container, sandbox, immutable, locks, space, clock,
  ]
  private static let kernel = [
    kernelIdentity, flavor, inTreeModule, kernelVersion, nextBoot, everyKernel, moduleOptions, probesArmed, hooks,
    branchTracking, structureLayout, hookedFunctions, readOnlyData, taint, livePatches,
  ]
  private static let building = [
    headersPresent, headersLink, headersRelease, symbolVersions, headersConfiguration, headerTools, headersFollow,
    headersAvailable, kernelCompiler, compilerMatch, compilerPlugins, lastBuild, retpoline, buildTools,
    buildEnvironment,
  ]
  private static let policy = [
    secureBoot, signatureEnforced, lockdown, modulesDisabled, signingKey, keyEnrolled, moduleSigned, integrityPolicy,
    runtimeGuard,
  ]
  private static let module = [
    loaded, liveEqualsFile, versionMagic, symbolChecksums, symbolsExported, moduleIndex, shadowCopies, weakUpdates,
    packageCurrent, otherModules, hooksInPlace, kernelLog, blacklist, parameters, debugLines, socketCalls,
    swallowedOptions, packageIntegrity, hookInUse, profile,
  ]
  private static let bpf = [
    bpfCall, bpfPrograms, bpfFileSystem, controlGroups, foreignPrograms, cilium, bpfLive, bpfLockdown, compatibility,
    multipath, bpfLeftovers, bpfScope, bpfTrust, bpfProfile,
  ]
  private static let persistence = [
    autoload, bpfAtBoot, bootOrder, legacyAutoload, initramfs, kernelHooks, dkmsState, nextBootCovered,
  ]
  private static let network = [
    optionArrives, optionRead, optionSpace, segmentSpace, packetLength, handshakeShape, optionStripped, stackedOptions,
    synCookies, openingVariants, reversePath, forwardedPorts, proxies, transparentProxy, transparentClient, ipv6,
    largeReceive, earlyPrograms, sourceTrusted, transparentRights, transparentMarks, transparentReversePath,
    transparentAnswers, transparentFamilies,
  ]
  private static let observation = [
    countersReadable, addressesTaken, addressesAsked, addressesFreed, olderConnections, roomForAddresses,
  ]
  private static let application = [selfTest, nat64Clients, datagramPorts, containers, systemCallFilters]
}
