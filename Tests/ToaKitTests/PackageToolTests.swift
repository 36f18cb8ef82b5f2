// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// The commands of each package manager and what its answers mean. The answers of dnf 4.14 and zypper 1.14.42 were recorded;
/// those of yum, dnf 5 and tdnf are written after theirs.
struct PackageToolTests {
  private func answer(_ file: String, _ status: Int32) throws -> CommandResult {
    let text = try FileRoot(FixtureFolder.path).text("/package-tools/\(file)")
    return CommandResult(status: status, output: text)
  }

  @Test(arguments: [
    (PackageManager.apt, "apt-get install -y --no-install-recommends make gcc"),
    (.dnf, "dnf install -y --setopt=install_weak_deps=False --setopt=exit_on_lock=True make gcc"),
    (.yum, "yum install -y --setopt=exit_on_lock=True make gcc"),
    (.zypper, "zypper --non-interactive install --no-recommends make gcc"), (.tdnf, "tdnf install -y make gcc"),
  ])
  func `packages are installed by the host's own tool, without what they only recommend`(
    manager: PackageManager, typed: String
  ) {
    #expect(PackageTool(manager).install(["make", "gcc"]).typed == typed)
  }

  @Test(arguments: [
    (PackageManager.apt, "apt-get install --simulate --no-install-recommends make"),
    (.dnf, "dnf install --assumeno --setopt=install_weak_deps=False --setopt=exit_on_lock=True make"),
    (.yum, "yum install --assumeno --setopt=exit_on_lock=True make"),
    (.zypper, "zypper --xmlout --non-interactive install --dry-run --no-recommends make"),
    (.tdnf, "tdnf install --assumeno make"),
  ])
  func `a simulation changes nothing`(manager: PackageManager, typed: String) {
    #expect(PackageTool(manager).simulateInstall(["make"]).typed == typed)
  }

  @Test(arguments: [(PackageManager.dnf, "dnf-install.txt", Int32(1)), (.zypper, "zypper-install.xml", 0)])
  func `a simulation tells every package that would come, with its version and without its epoch`(
    manager: PackageManager, file: String, status: Int32
  ) throws {
    #expect(
      PackageTool(manager).added(bySimulation: try answer(file, status))?.sorted() == [
        "cpp-11.4.1-2.1.el9.noarch", "elfutils-libelf-devel-0.189-3.el9.noarch", "gcc-11.4.1-2.1.el9.noarch",
        "glibc-devel-with-a-very-long-name-that-wraps-2.34-83.el9_3.12.noarch",
        "kernel-devel-5.14.0-362.18.1.el9_3.noarch", "make-4.3-7.el9.noarch",
      ])
  }

  @Test func `yum's table is read over wrapped lines, and what is only updated is left out`() throws {
    #expect(
      PackageTool(.yum).added(bySimulation: try answer("yum-install.txt", 1)) == [
        "devtoolset-8-gcc-8.3.1-3.2.el7.x86_64", "kernel-devel-3.10.0-1160.el7.x86_64",
        "audit-libs-python-2.8.5-4.el7.x86_64", "devtoolset-8-binutils-2.30-55.el7.2.x86_64",
        "scl-utils-20130529-19.el7.x86_64",
        "very-long-name-of-a-package-that-needs-a-line-of-its-own-1.0-1.el7.noarch",
      ])
  }

  @Test func `so are those of dnf 5 and tdnf`() throws {
    #expect(
      PackageTool(.dnf).added(bySimulation: try answer("dnf5-install.txt", 1)) == [
        "kernel-devel-6.8.5-301.fc40.x86_64", "make-4.4.1-6.fc40.x86_64",
      ])
    #expect(
      PackageTool(.tdnf).added(bySimulation: try answer("tdnf-install.txt", 1)) == [
        "make-4.4-1.ph5.x86_64", "linux-devel-6.1.75-2.ph5.x86_64",
      ])
  }

  @Test(arguments: [
    (PackageManager.dnf, "dnf-missing.txt", Int32(1)), (.yum, "yum-missing.txt", 1),
    (.zypper, "zypper-missing.xml", 104),
  ])
  func `one package that cannot be had makes the whole simulation fail`(
    manager: PackageManager, file: String, status: Int32
  ) throws {
    let result = try answer(file, status)
    #expect(PackageTool(manager).added(bySimulation: result) == nil)
    #expect(!PackageTool.complaints(in: result.output.split(separator: "\n").map(String.init), of: .rpm).isEmpty)
  }

  @Test(arguments: [(PackageManager.dnf, "dnf-nothing.txt"), (.zypper, "zypper-nothing.xml")])
  func `where everything is installed nothing is added`(manager: PackageManager, file: String) throws {
    #expect(PackageTool(manager).added(bySimulation: try answer(file, 0)) == [])
  }

  @Test(arguments: PackageManager.allCases) func `an answer that says nothing is no plan`(manager: PackageManager) {
    #expect(PackageTool(manager).added(bySimulation: CommandResult(status: 1, output: "")) == nil)
  }

  @Test func `rpm removes what it is told, and tells what needs it`() {
    let tool = PackageTool(.dnf)
    let names = ["make-4.3-7.el9.noarch"]
    #expect(tool.remove(names).typed == "rpm --erase make-4.3-7.el9.noarch")
    #expect(tool.simulateRemove(names).typed == "rpm --erase --test make-4.3-7.el9.noarch")
    let said = """
      error: Failed dependencies:
      \tmake is needed by (installed) kernel-devel-5.14.0-362.18.1.el9_3.noarch
      """
    #expect(
      tool.dependents(of: names, bySimulation: CommandResult(status: 1, errorOutput: said))
        == ["kernel-devel-5.14.0-362.18.1.el9_3.noarch"])
    #expect(tool.dependents(of: names, bySimulation: CommandResult(status: 0)) == [])
  }

  @Test(arguments: [
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (apt)",
    "dpkg: error: dpkg frontend lock was locked by another process with pid 1234",
    "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource temporarily unavailable)",
    "Existing lock /var/run/yum.pid: another copy is running as pid 2345.",
    "System management is locked by the application with pid 3456 (zypper).",
    "Waiting for process with pid 4567 to finish.",
  ])
  func `every tool's word for a lock is known`(line: String) {
    #expect(PackageTool.saysLocked(["something", line]))
    #expect(!PackageTool.saysLocked(["error: no space left on device"]))
  }

  @Test(arguments: [
    ("/x/1/toa-modules-common_0.1.0-1_all.deb", "toa-modules-common"),
    ("/x/1/kmod-toa-5.14.0-362.18.1.el9_3.x86_64-0.1.0-1.x86_64.rpm", "kmod-toa-5.14.0-362.18.1.el9_3.x86_64"),
    ("/x/1/toa-modules-common-0.1.0-1.noarch.rpm", "toa-modules-common"),
  ])
  func `a package file tells its package`(path: String, name: String) {
    #expect(PackageFormat.packageName(ofFile: path) == name)
    let files = PackageFiles(names: [name], paths: [path])
    #expect(files.names(notIn: [path]).isEmpty)
    #expect(files.format == (path.hasSuffix(".rpm") ? .rpm : .deb))
  }

  @Test func `plans of the first versions are apt's`() throws {
    let old = #"{"installPackages":{"_0":["make"]}}"#
    #expect(jsonValue(Step.self, from: old[...]) == .installPackages(["make"]))
    #expect(jsonValue(Step.self, from: #"{"updatePackageLists":{}}"#[...]) == .updatePackageLists())
    let step = Step.installPackages(["make"], with: .zypper)
    #expect(jsonValue(Step.self, from: jsonText(step, pretty: false)[...]) == step)
    #expect(step.typedUndo(facts: ["make-4.2.1-7.3.2.x86_64"], .rollback) == ["rpm --erase make-4.2.1-7.3.2.x86_64"])
    #expect(Step.installPackages(["make"]).typedUndo(facts: ["make"], .rollback) == ["apt-get purge -y make"])
  }
}
