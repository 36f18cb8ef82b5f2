// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What `toa doctor --bundle` answers.
public struct BundleDocument: Document {
  /// Shape of the document.
  public let schema = "toa.bundle/1"
  /// Where the archive is.
  public let path: String
  /// Bytes of the archive.
  public let size: Int
  /// Whether addresses are masked.
  public let isMasked: Bool
  /// What doctor says of the host: "ok", "degraded" or "broken".
  public let verdict: String
  /// Names of the files in it.
  public let files: [String]

  enum CodingKeys: String, CodingKey {
    case schema, path, size
    case isMasked = "masked"
    case verdict, files
  }
}

/// `toa doctor --bundle FILE`: all that somebody elsewhere needs to see why, in one archive, and no secret.
///
/// Only what is listed here is taken: no keys, no packets, no tables of connections.
public struct SupportBundle: Sendable {
  /// Most bytes of one file; of a longer one the end is taken.
  static let longest = 1 << 20
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Looks at the host and writes the archive, which only its owner may read.
  public func write(to path: String, masked: Bool, kernel: String?) async throws(ToaError) -> BundleDocument {
    let context = try await DoctorContext.gather(system, kernel: kernel)
    var files = try await reports(context)
    let verdict = files.verdict
    await files.addKernelLog(system)
    for path in Self.paths(context, system.files) { files.add(file: path, system.files) }
    files.add("README.txt", Self.introduction(masked, context.facts.target.text))

    var mask = masked ? AddressMask(host: system.identity.hostName) : nil
    var archive = TarArchive(time: system.now())
    for (name, text) in files.texts.sorted(by: { $0.name < $1.name }) {
      let said = Self.withoutSecrets(text)
      archive.add("toa-bundle/" + name, Array((mask?.masked(said) ?? said).utf8))
    }
    archive.finish()
    let place = absolutePath(path)
    do throws(FileError) {
      try system.files.write(place, archive.bytes, mode: 0o600)
    } catch {
      throw ToaError(
        .usage, "cannot write \(shellQuoted(place))", why: errorText(error.errno),
        next: ["name another file: toa doctor --bundle /root/toa-bundle.tar"])
    }
    for line in [
      "\(place) has what doctor saw, counters, settings, logs (\(archive.bytes.count >> 10) KB, verdict: \(verdict)).",
      masked
        ? "Addresses and the host's name are masked; read it before you hand it on: tar tvf \(shellQuoted(place))"
        : "It has addresses; --mask puts names in their place.",
    ] { console.say(line) }
    return BundleDocument(
      path: place, size: archive.bytes.count, isMasked: masked, verdict: verdict,
      files: files.texts.map(\.name).sorted())
  }

  /// What toa's own verbs say, as they print it and as JSON.
  private func reports(_ context: DoctorContext) async throws(ToaError) -> BundledFiles {
    var files = BundledFiles()
    let screen = WrittenText()
    let plain = Console(Terminal(out: { screen.add($0) }, err: { _ in }, width: 100), loudness: .verbose)
    let doctor = try await DoctorReport(system, plain).examine(kernel: context.facts.target.text, only: [], skip: [])
    files.add("doctor.txt", screen.take())
    files.add("doctor.json", jsonText(doctor) + "\n")
    files.verdict = doctor.verdict
    let status = await StatusReport(system, plain).show()
    files.add("status.txt", screen.take())
    files.add("status.json", jsonText(status) + "\n")
    do throws(ToaError) {
      let stats = try StatsReport(system, plain).show(perCPU: true)
      files.add("stats.txt", screen.take())
      files.add("stats.json", jsonText(stats) + "\n")
    } catch {
      files.add("stats.txt", "\(error)\n")
    }
    do throws(ToaError) {
      let transparent = try await TransparentStatus(system, plain).show()
      files.add("tproxy.txt", screen.take())
      files.add("tproxy.json", jsonText(transparent) + "\n")
    } catch {
      files.add("tproxy.txt", "\(error)\n")
    }
    files.add("versions.txt", versions(context))
    return files
  }

  private func versions(_ context: DoctorContext) -> String {
    """
    toa        \(toaVersion)
    kernel     \(context.facts.target.text)
    running    \(system.identity.kernelRelease) \(system.identity.machine)
    system     \(context.facts.distribution.prettyName)
    user       \(system.identity.userID)

    """
  }

  /// The files of the host that are taken, where they are there.
  private static func paths(_ context: DoctorContext, _ files: FileRoot) -> [String] {
    let named = [
      "/etc/os-release", "/proc/version", "/proc/cmdline", "/proc/modules", "/proc/mounts", "/proc/self/cgroup",
      "/proc/net/toa_stats", "/proc/net/netstat", "/proc/net/snmp", "/proc/sys/kernel/tainted",
      "/proc/sys/kernel/modules_disabled", "/proc/sys/kernel/ftrace_enabled", "/proc/sys/net/ipv4/tcp_syncookies",
      "/proc/sys/net/ipv4/tcp_fastopen", "/proc/sys/net/ipv4/tcp_timestamps", "/proc/sys/net/ipv4/conf/all/rp_filter",
      "/proc/sys/net/mptcp/enabled", "/sys/kernel/security/lockdown", "/sys/module/module/parameters/sig_enforce",
      "/sys/module/toa/version", "/sys/module/toa/srcversion", "/sys/module/toa/refcnt", "/sys/module/toa/initstate",
      "/sys/module/toa/taint", "/etc/modules", Journal.path,
    ]
    let folders = [
      ("/sys/module/toa/parameters", ""), ("/etc/modprobe.d", "toa"), ("/usr/lib/modprobe.d", "toa"),
      ("/etc/modules-load.d", "toa"), ("/usr/lib/modules-load.d", "toa"), ("/var/log/toa", ".log"),
    ]
    return named
      + folders.flatMap { folder, word in
        files.list(folder).filter { word.isEmpty || $0.contains(word) }.map { "\(folder)/\($0)" }
      } + (context.facts.headers.folder.map { [$0 + "/include/generated/utsrelease.h"] } ?? [])
  }

  /// What a kernel's command line, a key's pkcs11: URI or a log line names before a secret.
  private static let secrets = ["pin-value=", "password=", "passwd=", "passphrase=", "secret=", "token="]

  /// The text with three stars instead of each secret.
  static func withoutSecrets(_ text: String) -> String {
    secrets.reduce(text) { text, word in
      var rest = text[...]
      var result = ""
      while let range = rest.firstRange(of: word) {
        result += rest[..<range.upperBound] + "***"
        rest = rest[range.upperBound...].drop { !";&?\"',\\ \n\t".contains($0) }
      }
      return result + rest
    }
  }

  private static func introduction(_ masked: Bool, _ kernel: String) -> String {
    """
    What toa \(toaVersion) saw on a host, for kernel \(kernel); written by `toa doctor --bundle`.

    doctor.txt, doctor.json      every check with what it saw, and how to mend it
    status.*, stats.*            what is installed and loaded, and the counters
    kernel-log.txt               the kernel's lines about modules and TOA, and its faults
    versions.txt                 toa, kernel, distribution
    host/                        files as they are on the host: settings, toa's journal, build logs

    There are no keys, no packets and no tables of connections in it.
    \(masked
      ? "Addresses have names in their place, the same name for the same address in all files."
      : "Addresses are as they are; --mask puts names in their place.")

    """
  }
}

/// Texts for an archive.
struct BundledFiles: Sendable {
  private(set) var texts: [(name: String, text: String)] = []
  /// Doctor's word.
  var verdict = ""

  mutating func add(_ name: String, _ text: String) { texts.append((name, text)) }

  /// A file of the host, or the end of it; one that cannot be read is left out.
  mutating func add(file path: String, _ files: FileRoot) {
    guard files.isFile(path), let bytes = try? files.bytes(path), !bytes.isEmpty else { return }
    let name = "host" + path
    guard name.utf8.count <= TarArchive.longestName - "toa-bundle/".utf8.count else { return }
    add(name, String(decoding: bytes.suffix(SupportBundle.longest), as: UTF8.self))
  }

  /// The kernel's lines about modules and TOA, and those after a fault.
  mutating func addKernelLog(_ system: System) async {
    let log: String
    do throws(CommandError) {
      let result = try await system.run.run(Command("dmesg"))
      log = result.status == 0 ? result.output : "dmesg: \(result.errorOutput)"
    } catch {
      return add("kernel-log.txt", "\(error)\n")
    }
    var following = 0
    var kept = ""
    for line in log.split(separator: "\n") {
      if Self.faults.contains(where: line.contains) { following = Self.traceLength }
      if following > 0 || Self.words.contains(where: line.lowercased().contains) { kept += line + "\n" }
      following = max(0, following - 1)
    }
    add("kernel-log.txt", kept.isEmpty ? "no word about modules and TOA\n" : kept)
  }

  private static let words = ["toa", "module", "lockdown", "secure boot", "linux version", "ftrace", "bpf"]
  private static let faults = ["BUG:", "Oops", "WARNING: ", "general protection"]
  /// Lines of a call trace.
  private static let traceLength = 60
}
