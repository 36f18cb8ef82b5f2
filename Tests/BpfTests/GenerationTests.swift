// SPDX-License-Identifier: Apache-2.0
import Bpf
import Foundation
import Packaging
import Testing
import Wire

/// The real programs in the real kernel.
@Suite(.serialized) struct GenerationTests {
  static func library(_ stage: Stage, version: String = "1.0") -> BpfLibrary {
    BpfLibrary(
      object: CarriedFile.named("bpf/toa.bpf.o")?.bytes ?? [], table: CarriedFile.named("bpf/table.bpf.o")?.bytes ?? [],
      simulation: CarriedFile.named("bpf/simulate.bpf.o")?.bytes ?? [], version: version, objectHash: "hash",
      folder: stage.pins)
  }

  @Test func `what was loaded is read back`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      #expect(try library.live() == nil)
      #expect(!library.hasPins)
      let settings = BpfSettings(
        trusted: try TrustList(parsing: "203.0.113.0/24,2001:db8::/32"),
        profile: try Profile(parsing: "254/8,253/20,250/8,28/7,77/12:ip4@8+port@4,1345"), cgroup: stage.cgroup,
        getsockopt: true)
      let loaded = try library.load(settings)
      #expect(loaded.settings == settings)
      #expect(loaded.attached == BpfHook.allCases)
      #expect(loaded.settings.socketCalls == [.ttmPeer])
      #expect(loaded.missing == [])
      #expect(loaded.version == "1.0")
      #expect(loaded.object == "hash")
      #expect(try library.live() == loaded)
      try library.remove()
      #expect(try library.live() == nil)
      #expect(!library.hasPins)
    }
  }

  @Test(arguments: ["any", "none", "10.0.0.0/8", "0.0.0.0/0", "::/0", "192.0.2.1/32,fe80::/10,::1/128"])
  func `a trust list survives the way through the kernel`(text: String) throws {
    try Stage.run { stage in
      let list = try TrustList(parsing: text)
      let library = Self.library(stage)
      #expect(try library.load(BpfSettings(trusted: list, cgroup: stage.cgroup)).settings.trusted == list)
    }
  }

  @Test func `every profile survives the way through the kernel`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      for name in VendorProfile.all.map(\.name) + ["default,-4096", "-late,28/7:ip4@3,250/8,2/8:ip4@2,last"] {
        let profile = try Profile(parsing: name)
        #expect(try library.load(BpfSettings(profile: profile, cgroup: stage.cgroup)).settings.profile == profile)
      }
    }
  }

  @Test func `programs of a version without profiles answer all calls`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      let first = try library.load(BpfSettings(profile: try Profile(parsing: "dpvs"), cgroup: stage.cgroup))
      #expect(unlink(stage.pins + "/\(first.generation)/settings") == 0)
      let profile = try #require(try library.live()).settings.profile
      #expect(profile.description == "254/8,254/20,4096,1345")
    }
  }

  @Test func `a second load replaces the first and leaves one generation`() throws {
    try Stage.run { stage in
      _ = try Self.library(stage).load(BpfSettings(cgroup: stage.cgroup))
      let later = Self.library(stage, version: "2.0")
      let loaded = try later.load(BpfSettings(trusted: .any, cgroup: stage.cgroup, getsockopt: true))
      #expect(loaded.version == "2.0")
      #expect(loaded.attached == BpfHook.allCases)
      let names = try FileManager.default.contentsOfDirectory(atPath: stage.pins).sorted()
      #expect(names == ["2", "control"])
      // A busy kernel takes a link off its cgroup a moment after its last pin went.
      var ours: [BpfHook] = []
      for _ in 0..<100 where ours != BpfHook.allCases {
        if !ours.isEmpty { usleep(20_000) }
        ours = try later.attachments(stage.cgroup).filter(\.isOurs).map(\.hook)
      }
      #expect(ours == BpfHook.allCases)
    }
  }

  @Test func `what a killed run left beside the working programs is seen, and goes with the next load`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      let settings = BpfSettings(cgroup: stage.cgroup)
      _ = try library.load(settings)
      try FileManager.default.createDirectory(atPath: stage.pins + "/7", withIntermediateDirectories: false)
      #expect(try library.live()?.remains == [7])
      _ = try library.load(settings)
      #expect(try library.live()?.remains == [])
      #expect(try library.live()?.generation == 8)
    }
  }

  @Test func `a load that fails leaves what was there`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      #expect(throws: BpfError.self) { try library.load(BpfSettings(cgroup: stage.cgroup + "/missing")) }
      #expect(!library.hasPins)
      let first = try library.load(BpfSettings(cgroup: stage.cgroup))
      #expect(throws: BpfError.self) { try library.load(BpfSettings(cgroup: stage.cgroup + "/missing")) }
      #expect(try library.live() == first)
    }
  }

  @Test func `a link whose cgroup is gone counts as missing`() throws {
    try Stage.run { stage in
      let child = stage.cgroup + "/child"
      try FileManager.default.createDirectory(atPath: child, withIntermediateDirectories: false)
      defer { rmdir(child) }
      let library = Self.library(stage)
      _ = try library.load(BpfSettings(cgroup: child))
      try #require(rmdir(child) == 0)
      // The kernel detaches from a cgroup that is gone in a worker of its own.
      var missing: [BpfHook] = []
      for _ in 0..<200 where missing.count < 3 {
        missing = try library.live()?.missing ?? []
        usleep(10_000)
      }
      #expect(missing == [.sockops, .getpeername4, .getpeername6])
    }
  }

  @Test func `counters begin at zero, one value for each CPU`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      #expect(try library.counters() == nil)
      _ = try library.load(BpfSettings(cgroup: stage.cgroup))
      let counters = try #require(try library.counters())
      #expect(counters.first?.name == "syn_recv_sock_toa")
      #expect(counters.count == 16)
      #expect(counters.allSatisfy { $0.perCPU.allSatisfy { $0 == 0 } && !$0.perCPU.isEmpty })
      #expect(try library.connections() == [])
    }
  }

  @Test func `the kernel takes every program`() throws {
    try Stage.run { stage in
      for probe in Self.library(stage).probe() {
        #expect(probe.errno == nil, "\(probe.program): \(probe.log.joined(separator: "\n"))")
      }
    }
  }
}
