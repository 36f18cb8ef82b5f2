// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Signer {
  /// Prints what would be done; nothing is made, so that a key which is still to come cannot be looked at.
  func plan(
    _ request: SignRequest, _ named: SigningKeyFiles?, _ release: KernelRelease?, _ modules: [String]
  ) async throws(ToaError) -> SignDocument {
    var commands: [String] = []
    var document: SignDocument.Key?
    var reason = SigningPolicy.read(from: system.files, config: nil).reasonForSignature
    var files = SigningKeyFiles.own
    if request.makeKey && !system.files.exists(SigningKeyFiles.own.key) {
      commands.append(KeyMaking.typed)
      if request.enroll { commands.append(Command("mokutil", ["--import", files.certificate]).typed) }
    } else {
      let key = try await existingKey(named, release)
      files = key.files
      let enrolment = KeyEnrolment(of: key, system)
      reason = enrolment.reason
      document = self.document(key, false, enrolment)
      if request.enroll, enrolment.standing == .unknown || enrolment.standing == .unreadable {
        commands.append(KeyEnrolment.command(key).typed)
      }
    }
    for module in modules { commands.append(try await signing(module, with: files, release).typed(module)) }
    for command in commands { console.print("# \(command)") }
    if commands.isEmpty { console.say("nothing to change.", .good) }
    return SignDocument(
      changed: false, dryRun: true, key: OrNull(document), modules: [], required: OrNull(reason), commands: commands,
      next: [], rebootNeeded: false)
  }

  func document(_ key: SigningKey, _ made: Bool, _ enrolment: KeyEnrolment) -> SignDocument.Key {
    SignDocument.Key(
      key: key.files.key, certificate: key.files.certificate, name: key.certificate.name,
      fingerprint: key.certificate.fingerprint, made: made, standing: enrolment.standing.rawValue,
      remarks: key.problems.map(\.text))
  }

  /// Says what was done and what a person has left to do.
  func show(
    _ key: SigningKey, _ isNew: Bool, _ enrolment: KeyEnrolment, _ modules: [SignDocument.Module],
    _ request: SignRequest
  ) {
    for module in modules where module.changed {
      console.say("  \(module.path) is signed; its content and the certificate bear the signature out.", .good)
    }
    var table = Table()
    table.add(["key", "\(key.files.key)\(isNew ? "  (new)" : "")"])
    table.add(["certificate", "\(key.files.certificate)"])
    table.add(["name", "\(key.certificate.name)"])
    table.add(["SHA-1", "\(key.certificate.fingerprint)"])
    for line in table.lines(console) { console.print(line) }
    for problem in key.problems { console.say("  note: \(problem.text)", .warning) }
    for line in console.wrapped(enrolment.sentence, indent: 0) {
      console.say(line, enrolment.standing == .trusted ? .good : enrolment.reason == nil ? nil : .warning)
    }
    if isNew && modules.isEmpty {
      console.say("toa install and toa package sign with it from now on.")
    }
    guard !enrolment.steps.isEmpty else { return }
    console.say(enrolment.reason == nil ? "To have it enrolled all the same:" : "To have it enrolled:", .strong)
    for (number, step) in enrolment.steps.enumerated() {
      for (index, line) in console.wrapped(step, indent: 5).enumerated() {
        console.say(index == 0 ? "  \(number + 1). \(line)" : "     \(line)")
      }
    }
  }

  /// Has mokutil hand the certificate to the firmware; it asks for a password of its own.
  func enroll(_ key: SigningKey, yes: Bool) async throws(ToaError) {
    let what = "cannot hand \(key.files.certificate) to the firmware"
    guard TrustedKeys.read(from: system.files).hasFirmware else {
      throw ToaError(
        .notApplicable, what, why: "this machine was not started by UEFI firmware: no key can be enrolled",
        next: ["toa install --backend ebpf"])
    }
    let command = KeyEnrolment.command(key)
    guard system.run.find(command.program) != nil else {
      throw system.missing(command.program, "it hands keys to the firmware")
    }
    console.say("The certificate goes to the firmware, where it waits for a confirmation at the next boot.", .strong)
    console.say(change: command.typed)
    switch yes ? true : console.ask("Do it?") {
    case true?: break
    case false?: throw ToaError(.refused, "nothing was enrolled", why: "you said no")
    case nil:
      throw ToaError(
        .refused, what, why: "\(command.program) asks for a password, and nobody is there to type one",
        next: ["on a terminal: \(command.typed)"])
    }
    let status: Int32
    do throws(CommandError) {
      status = try await system.run.attend(command)
    } catch {
      throw ToaError(.unexpected, what, why: error.description)
    }
    let standing = key.standing(among: .read(from: system.files))
    guard status == 0, standing == .pending || standing == .trusted else {
      throw ToaError(
        .unexpected, what,
        why: status == 0
          ? "\(command.program) reported success, and the firmware has no such request"
          : "\(command.program) ended with exit status \(status)", next: ["run it by hand: \(command.typed)"])
    }
  }
}
