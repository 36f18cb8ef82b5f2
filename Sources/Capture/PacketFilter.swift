// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A classic BPF program that lets TCP packets of some ports through, in either direction, cut to their headers: data of the applications
/// never leaves the kernel. It sees packets from their IP header on.
struct PacketFilter {
  /// Most ports of one filter: jumps of classic BPF reach 255 instructions.
  static let maximumPorts = 64
  /// Bytes that are kept of a packet: an IPv6 header with an extension header of 28 bytes, or the longest IPv4 header, and the longest TCP header.
  static let keptBytes: UInt32 = 128

  let instructions: [sock_filter]

  /// A filter for these ports; without any, for all of TCP.
  init(ports: [UInt16]) {
    var program = Assembler()
    program.load(byteAt: 0)
    program.add(BPF_ALU | BPF_RSH | BPF_K, 4)
    program.jump(ifEqual: 4, to: .next, else: .familyV6)
    program.load(byteAt: 9)
    program.jump(ifEqual: 6, to: .next, else: .drop)
    program.add(BPF_LD | BPF_H | BPF_ABS, 6)
    // Behind the first fragment there is no TCP header.
    program.jump(BPF_JSET, 0x1fff, to: .drop, else: .next)
    program.add(BPF_LDX | BPF_B | BPF_MSH, 0)
    program.jump(to: .ports)
    program.mark(.familyV6)
    program.jump(ifEqual: 6, to: .next, else: .drop)
    program.load(byteAt: 6)
    program.jump(ifEqual: 6, to: .next, else: .drop)
    program.add(BPF_LDX | BPF_W | BPF_IMM, 40)
    program.mark(.ports)
    for offset in ports.isEmpty ? [] : [UInt32(0), 2] {
      program.add(BPF_LD | BPF_H | BPF_IND, offset)
      for port in ports.prefix(Self.maximumPorts) { program.jump(ifEqual: UInt32(port), to: .keep, else: .next) }
    }
    program.jump(to: ports.isEmpty ? .keep : .drop)
    program.mark(.drop)
    program.add(BPF_RET | BPF_K, 0)
    program.mark(.keep)
    program.add(BPF_RET | BPF_K, Self.keptBytes)
    instructions = program.assembled
  }
}

/// Instructions whose jumps go to labels, resolved at the end.
private struct Assembler {
  enum Label {
    case next, familyV6, ports, drop, keep
  }

  private struct Instruction {
    let code: Int32
    let value: UInt32
    var yes = Label.next
    var no = Label.next
  }

  private var instructions: [Instruction] = []
  private var places: [Label: Int] = [:]

  mutating func add(_ code: Int32, _ value: UInt32) { instructions.append(Instruction(code: code, value: value)) }

  mutating func load(byteAt offset: UInt32) { add(BPF_LD | BPF_B | BPF_ABS, offset) }

  mutating func jump(ifEqual value: UInt32, to yes: Label, else no: Label) { jump(BPF_JEQ, value, to: yes, else: no) }

  mutating func jump(_ condition: Int32, _ value: UInt32, to yes: Label, else no: Label) {
    instructions.append(Instruction(code: BPF_JMP | BPF_K | condition, value: value, yes: yes, no: no))
  }

  mutating func jump(to label: Label) {
    instructions.append(Instruction(code: BPF_JMP | BPF_JA, value: 0, yes: label))
  }

  mutating func mark(_ label: Label) { places[label] = instructions.count }

  /// The program; jumps count from the next instruction on, always forwards.
  var assembled: [sock_filter] {
    instructions.enumerated().map { index, instruction in
      func distance(_ label: Label) -> Int { (places[label] ?? index + 1) - index - 1 }
      if instruction.code == BPF_JMP | BPF_JA {
        return sock_filter(code: UInt16(instruction.code), jt: 0, jf: 0, k: UInt32(distance(instruction.yes)))
      }
      return sock_filter(
        code: UInt16(instruction.code), jt: UInt8(distance(instruction.yes)), jf: UInt8(distance(instruction.no)),
        k: instruction.value)
    }
  }
}
