// SPDX-License-Identifier: Apache-2.0
import Host
import Packaging
import Testing

struct RpmPackageTests {
  static let module = ModulePackage(
    kernel: "5.14.0-503.el9.x86_64", version: "0.1.0", architecture: "x86_64", sourceSha256: ToaPackagesTests.hash,
    compiler: "gcc 11.5.0 (100% Red Hat)",
    kernelPackage: ModulePackage.kernelPackage(
      PackageIdentity(name: "kernel-core", version: "5.14.0-503.el9"), kernel: "5.14.0-503.el9.x86_64", .rpm),
    module: [1, 2, 3], compression: .xz)

  @Test func `the spec of a module's package, whole`() throws {
    let rpm = try RpmPackage(Self.module.package(.rpm))
    #expect(rpm.fileName == "kmod-toa-5.14.0-503.el9.x86_64-0.1.0-1.x86_64.rpm")
    #expect(
      try rpm.spec(time: 7) == """
        # SPDX-License-Identifier: Apache-2.0
        # Written by toa. The files are finished: nothing here may strip, compress or sign them again, as a module's signature is
        # over its very bytes.
        %global __spec_install_post %{nil}
        %global __os_install_post %{nil}
        %global debug_package %{nil}
        %global _build_id_links none
        # The same files give the same package, whoever makes it and where.
        %global _buildhost toa
        %global use_source_date_epoch_as_buildtime 1
        %global clamp_mtime_to_source_date_epoch 1
        %global _binary_filedigest_algorithm 8
        # Every rpm can read gzip.
        %global _binary_payload w9.gzdio
        %define _rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm

        Name: kmod-toa-5.14.0-503.el9.x86_64
        Version: 0.1.0
        Release: 1
        Summary: TCP Option Address module for one kernel
        License: GPL-2.0-only
        Group: System Environment/Kernel
        Packager: toa <toa@example.org>
        AutoReqProv: no
        Requires: kernel-core-uname-r = 5.14.0-503.el9.x86_64
        Requires: toa-modules-common
        Requires: kmod
        Provides: toa-modules

        %description
        toa.ko gives servers behind a layer-4 load balancer the client's address,
        which the load balancer writes into a TCP option.

        The program toa compiled it for kernel 5.14.0-503.el9.x86_64. "toa uninstall"
        unloads and removes it.

        Toa-Kernel: 5.14.0-503.el9.x86_64
        Toa-Source-Sha256: \(ToaPackagesTests.hash)
        Toa-Compiler: gcc 11.5.0 (100%% Red Hat)

        %install
        cp -a %{_topdir}/tree/. %{buildroot}/
        find %{buildroot} -exec touch --no-dereference --date=@7 {} +

        %files
        %dir %attr(0755,root,root) "/lib/modules/5.14.0-503.el9.x86_64/extra"
        %dir %attr(0755,root,root) "/lib/modules/5.14.0-503.el9.x86_64/extra/toa"
        %attr(0644,root,root) "/lib/modules/5.14.0-503.el9.x86_64/extra/toa/toa.ko.xz"

        %post
        # SPDX-License-Identifier: Apache-2.0
        # Lets modprobe find toa.ko of kernel 5.14.0-503.el9.x86_64.
        depmod -a '5.14.0-503.el9.x86_64'

        %posttrans
        # SPDX-License-Identifier: Apache-2.0
        # When all packages are in place: says so when modprobe does not find the module.
        if ! grep -q '^extra/toa/toa\\.ko\\.xz:' '/lib/modules/5.14.0-503.el9.x86_64/modules.dep'; then
          echo "kmod-toa-5.14.0-503.el9.x86_64: depmod does not list extra/toa/toa.ko.xz of kernel 5.14.0-503.el9.x86_64" >&2
          exit 1
        fi

        %postun
        # SPDX-License-Identifier: Apache-2.0
        # Makes modprobe forget what has gone, also a file of another name that a newer package has replaced. When the kernel has gone
        # before, depmod would only leave files behind.
        modules='/lib/modules/5.14.0-503.el9.x86_64'
        if [ -e "$modules/modules.order" ] || [ -d "$modules/kernel" ]; then depmod -a '5.14.0-503.el9.x86_64'; fi


        %changelog
        * Thu Jan 01 1970 toa <toa@example.org> - 0.1.0-1
        - Made by toa.

        """)
  }

  @Test func `the settings and eBPF: every architecture, libraries by rpm itself, links`() throws {
    let common = try RpmPackage(CommonPackage(version: "0.1.0", trusted: "10.0.0.0/8").package(.rpm))
    let settings = try common.spec(time: 7)
    #expect(common.fileName == "toa-modules-common-0.1.0-1.noarch.rpm")
    #expect(settings.contains("\nBuildArch: noarch\nAutoReqProv: no\nRequires: kmod\n\n"))
    #expect(settings.contains("\n\nToa-Trusted: 10.0.0.0/8\n\n%install\n"))
    let ebpf = try RpmPackage(EBPFPackageTests.package.package(.rpm)).spec(time: 7)
    #expect(!ebpf.contains("AutoReqProv") && ebpf.contains("%global _binary_payload w1.gzdio\n"))
    #expect(ebpf.contains("\nGroup: System Environment/Daemons\n"))
    #expect(
      ebpf.contains(
        """
        %dir %attr(0755,root,root) "/usr/lib/toa"
        %attr(0755,root,root) "/usr/lib/toa/toa"
        %attr(0644,root,root) "/usr/lib/toa/ebpf.json"
        %attr(0644,root,root) "/usr/lib/systemd/system/toa-ebpf.service"
        "/usr/lib/systemd/system/sysinit.target.wants/toa-ebpf.service"

        """))
    for name in ["%post", "%preun", "%postun"] { #expect(ebpf.contains("\n\(name)\n")) }
  }

  @Test func `a kernel is one package, by the release where RHEL gives it one, else by name and version`() {
    func needed(_ name: String, _ version: String, _ kernel: String) -> PackageRelation? {
      ModulePackage.kernelPackage(PackageIdentity(name: name, version: version), kernel: kernel, .rpm)
    }
    let release = "4.18.0-348.7.1.el8_5.x86_64"
    #expect(
      needed("kernel-core", "4.18.0-348.7.1.el8_5", release) == PackageRelation("kernel-core-uname-r", .equal, release))
    #expect(
      needed("kernel", "3.10.0-1160.71.1.el7", "3.10.0-1160.71.1.el7.x86_64")
        == PackageRelation("kernel", .equal, "3.10.0-1160.71.1.el7"))
    #expect(
      needed("kernel-default", "5.14.21-150500.55.52.1", "5.14.21-150500.55.52-default")
        == PackageRelation("kernel-default", .equal, "5.14.21-150500.55.52.1"))
    // rpmbuild refuses a version with two dashes.
    #expect(
      needed("kernel-core", "6.1.176-1", "6.1.0-56-cloud-amd64") == PackageRelation("kernel-core", .equal, "6.1.176-1"))
    #expect(ModulePackage.kernelPackage(nil, kernel: release, .rpm) == nil)
  }

  @Test func `a kernel from before RHEL 7 has its depmod elsewhere; names keep capitals and underscores`() throws {
    var module = Self.module
    module.kernel = "2.6.32-754.15.3.el6.x86_64"
    #expect(try module.package(.rpm).requires.last == "module-init-tools")
    #expect(ModulePackage.name("4.18.0-348.7.1.el8_5.x86_64", .rpm) == "kmod-toa-4.18.0-348.7.1.el8_5.x86_64")
    #expect(ModulePackage.name("6.1.0-My_Kernel~1", .rpm) == "kmod-toa-6.1.0-My_Kernel-1")
  }

  @Test func `the plan writes the spec beside the tree, and reads nobody's macros`() throws {
    let plan = try RpmPlan(
      RpmPackage(CommonPackage(version: "0.1.0").package(.rpm)), folder: "/b", outputFolder: "/o", time: 7)
    #expect(
      plan.files.map(\.path) == [
        "/b/toa-modules-common.spec", "/b/tree/usr/lib/modules-load.d/toa.conf",
        "/b/tree/etc/sysconfig/modules/toa.modules",
      ])
    #expect(plan.output == "/o/toa-modules-common-0.1.0-1.noarch.rpm")
    #expect(
      plan.commands.map(\.typedWithVariables) == [
        "HOME=/b LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=7 rpmbuild -bb --nodeps --target noarch --define '_topdir /b' "
          + "--define '_rpmdir /o' /b/toa-modules-common.spec"
      ])
    #expect(throws: PackagingError.self) {
      try RpmPlan(
        RpmPackage(CommonPackage(version: "0.1.0").package(.rpm)), folder: "/b%c", outputFolder: "/o", time: 7)
    }
  }

  @Test func `the same package made twice, in different folders, is the same file, and its module keeps its bytes`()
    throws
  {
    let workshop = try Workshop()
    var module = Self.module
    // An object file: what rpmbuild's helpers would strip.
    module.module = try workshop.objectFile()
    module.compression = .none
    let first = try workshop.make(RpmPackage(module.package(.rpm)))
    try shell("mv \(first) \(workshop.folder)/first.rpm; sleep 1.1")
    let second = try workshop.make(RpmPackage(module.package(.rpm)), name: "again")
    try shell("cmp \(workshop.folder)/first.rpm \(second)")
    try shell(
      """
      cd \(workshop.folder); rpm2cpio \(second) | cpio --quiet -id
      cmp lib/modules/5.14.0-503.el9.x86_64/extra/toa/toa.ko \(workshop.modules)/kernel/other.ko
      """)
    let query = "rpm --dbpath \(workshop.folder)/rpmdb -qp"
    let files = try workshop.output(
      "\(query) --qf '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEMTIMES} %{FILENAMES}\\n]' \(second)")
    #expect(
      files == """
        drwxr-xr-x root 1700000000 /lib/modules/5.14.0-503.el9.x86_64/extra
        drwxr-xr-x root 1700000000 /lib/modules/5.14.0-503.el9.x86_64/extra/toa
        -rw-r--r-- root 1700000000 /lib/modules/5.14.0-503.el9.x86_64/extra/toa/toa.ko

        """)
    #expect(
      try workshop.output("\(query) --requires \(second) | grep -v '^rpmlib('") == """
        /bin/sh
        /bin/sh
        /bin/sh
        kernel-core-uname-r = 5.14.0-503.el9.x86_64
        kmod
        toa-modules-common

        """)
  }
}
