// SPDX-License-Identifier: Apache-2.0
import Capture
import Host
import Testing
import Wire

@testable import ToaKit

/// `toa doctor --capture` and `toa doctor --read`: what is watched, what the network checks say then, and how it ends.
struct DoctorCaptureScreenTests {
  /// A host with toa.ko's files whose connections these are.
  private static func run(
    _ arguments: String, _ packets: [CapturedPacket], refusing error: CaptureError? = nil
  ) async throws -> Screen {
    let host = try FakeHost()
    var system = host.system
    system.capture = { options, take throws(CaptureError) in
      #expect(options.ports == [80] && options.seconds == 3)
      if let error { throw error }
      if !packets.isEmpty { _ = take(CaptureBatch(packets: packets)) }
    }
    return await Screen.of("doctor --only NET --capture --port 80 --seconds 3" + arguments, system, host.transcript)
  }

  @Test func `connections without an option end with one cause, who has to act, and status 2`() async throws {
    let screen = try await Self.run("", CaptureScreenTests.packets(payload: 100))
    #expect(screen.status == 2)
    #expect(screen.err == "Watching port 80 for 3 s.\n")
    for text in [
      "ERROR NET01", "Cause: NET01, no option in 1 connection:", "Who:   LB team", "switch TOA on for this listener",
    ] {
      #expect(screen.out.contains(text), "\(text) in \(screen.out)")
    }
  }

  @Test func `connections with the option are well, and nobody connecting is no fault`() async throws {
    let option = CaptureScreenTests.option.option(for: CaptureScreenTests.client)?.bytes ?? []
    let good = try await Self.run("", CaptureScreenTests.packets(options: option))
    #expect(good.status == 0)
    #expect(good.out.contains("ok    NET01 the option arrives: 1 of 1 connections name their client"), "\(good.out)")
    let quiet = try await Self.run("", [])
    #expect(quiet.status == 0)
    #expect(quiet.out.contains("info  NET01 the option arrives: nobody connected in 3 s"), "\(quiet.out)")
  }

  @Test func `without the right to capture these checks are skipped, and say why`() async throws {
    let screen = try await Self.run(" -v", [], refusing: .notOpened(errno: 1))
    #expect(screen.status == 0)
    #expect(screen.out.contains("skip  NET01 the option arrives: packets cannot be captured"), "\(screen.out)")
    #expect(screen.out.contains("CAP_NET_RAW is missing"))
  }

  @Test func `a file is judged without watching anything, and one that cannot be read is an error`() async throws {
    let host = try FakeHost()
    let packets = CaptureScreenTests.packets(payload: 100)
    try host.files.write("/lb.pcap", CaptureFileWriter.header + packets.flatMap(CaptureFileWriter.record))
    let read = await Screen.of("doctor --only NET --read /lb.pcap --port 80", on: host)
    #expect(read.status == 2)
    #expect(read.out.contains("Cause: NET01"), "\(read.out)")
    let none = await Screen.of("doctor --only NET --read /none.pcap", on: host)
    #expect(none.status == 2)
    #expect(none.err.contains("error: the capture file cannot be read"), "\(none.err)")
    #expect(none.out == "")
  }

  @Test(arguments: [
    "--capture --why 80", "--capture --read x", "--capture --root /srv", "--capture --kernel 6.1.0", "--port 80",
    "--capture --port 0", "--capture --seconds 0",
  ]) func `options that make no sense are refused`(options: String) async {
    #expect(await Screen.of("doctor " + options).status == 64)
  }
}
