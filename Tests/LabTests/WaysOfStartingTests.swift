import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

/// Why what needs several users is skipped.
private let usersReason: Comment? = {
  if LabEnvironment.isUserNamespace { return "an ordinary user's namespace has no other users" }
  for program in ["setpriv", "systemd-tmpfiles"] where Command.find(program) == nil {
    return "\(program) is not installed; run `make deps`"
  }
  return nil
}()

extension LabTests {
  /// The ways in which a service is started on one host, one after the other.
  @Suite struct WaysOfStarting {
    /// What somebody does to a host.
    enum Step: String {
      /// systemd-tmpfiles with the shipped file, as at a boot or an installation.
      case temporaryFiles
      /// `martlet run` by hand, as root.
      case root
      /// martlet called `keepalived`, as root.
      case keepalived
      /// The shipped unit as root: systemd gives the runtime directory to root first.
      case unitAsRoot
      /// The unit with `User=martlet`: systemd gives the runtime directory to that user first.
      case unitAsUser
      /// The user, without systemd.
      case user
    }

    static let orders: [[Step]] = [
      [.root, .unitAsUser, .root, .keepalived, .unitAsUser], [.temporaryFiles, .user, .keepalived, .root],
      [.root, .temporaryFiles, .unitAsUser, .unitAsRoot, .unitAsUser],
      [.unitAsRoot, .temporaryFiles, .unitAsUser, .keepalived, .unitAsRoot, .root],
      [.keepalived, .temporaryFiles, .root],
      [.unitAsUser, .root, .unitAsRoot, .root, .unitAsUser, .user],
    ]

    @Test(
      "Whatever started the last service, the next one starts", needs(.lab, .martlet),
      .enabled(if: usersReason == nil, usersReason), arguments: orders)
    func inAnyOrder(_ order: [Step]) async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        for (number, step) in order.enumerated() {
          let service = try start(step, in: place)
          guard let service else { continue }
          #expect(try await place.holds(), "\(number + 1): \(step)\n\(service.log)")
          #expect(!service.log.contains("would not be noticed"), "\(number + 1): \(step)\n\(service.log)")
          // What root's service goes by no process of the service's user can open, whoever's the directory was.
          let isRoots = [.root, .keepalived, .unitAsRoot].contains(step)
          #expect(try owners(in: place) == [isRoots ? 0 : OwnRun.user], "\(number + 1): \(step)")
          #expect(await service.terminate(within: .seconds(15)) == .exit(0), "\(number + 1): \(step)\n\(service.log)")
        }
      }
    }

    /// Whose the runtime directory and the lock files in it are.
    private func owners(in place: OwnRun) throws -> Set<UInt32> {
      let folder = "\(place.folder)/martlet"
      let entries = try #require(opendir(folder))
      defer { closedir(entries) }
      var owners: Set<UInt32> = []
      while let entry = readdir(entries) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard name == "." || name.hasSuffix(".lock") else { continue }
        var status = stat()
        try #require(lstat("\(folder)/\(name)", &status) == 0)
        owners.insert(status.st_uid)
      }
      return owners
    }

    @Test(
      "Where root's service was, one of an ordinary user says whose the directory is", needs(.lab, .martlet),
      .enabled(if: usersReason == nil, usersReason))
    func rootsDirectoryStaysRoots() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        try #require(try start(.temporaryFiles, in: place) == nil)
        let first = try #require(try start(.root, in: place))
        #expect(try await place.holds(), "\(first.log)")
        #expect(await first.terminate(within: .seconds(15)) == .exit(0), "\(first.log)")
        let second = try #require(try start(.user, in: place))
        #expect(await eventually(within: .seconds(10)) { second.end == .exit(1) }, "\(second.log)")
        #expect(second.log.contains("it is root's: start this one as root"), "\(second.log)")
      }
    }

    private func start(_ step: Step, in place: OwnRun) throws -> LabProcess? {
      let run = [place.binary, "run", "-f", place.configuration]
      switch step {
      case .temporaryFiles:
        let file = "\(Self.sources)/systemd/tmpfiles.d/martlet.conf"
        try place.run("systemd-tmpfiles", "--create", "--prefix=/run/martlet", file)
        return nil
      case .root: return try place.start(run)
      case .keepalived: return try place.start([place.keepalived, "-n", "-f", place.configuration])
      case .unitAsRoot: return try place.start(run, setup: Self.runtimeDirectory(user: 0))
      case .unitAsUser:
        return try place.start(OwnRun.asUser(run), setup: Self.runtimeDirectory(user: OwnRun.user))
      case .user: return try place.start(OwnRun.asUser(run))
      }
    }

    /// What systemd does for `RuntimeDirectory=martlet`: all in it changes hands, unless the directory has the right owner already.
    private static func runtimeDirectory(user: UInt32) -> String {
      "mkdir -p -m 700 /run/martlet && { test $(stat -c %u /run/martlet) = \(user) || chown -R \(user):\(user) /run/martlet; }"
    }

    private static let sources: String = {
      var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
      parts.removeLast(3)
      return parts.joined(separator: "/")
    }()

    @Test(
      "A second service is refused, whoever runs the first and by which command line", needs(.lab, .martlet),
      .enabled(if: usersReason == nil, usersReason), arguments: [Step.unitAsUser, .root, .keepalived])
    func theSecondIsRefused(_ first: Step) async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let service = try #require(try start(first, in: place))
        #expect(try await place.holds(), "\(service.log)")
        let second = try start(.keepalived, in: place)
        #expect(await eventually(within: .seconds(10)) { second?.end == .exit(5) }, "\(second?.log ?? "")")
        #expect(second?.log.contains("--pid") == true && second?.log.contains("--runtime-directory") == false)
        // Beside it only with another directory, and never for the same address.
        let third = try place.start(
          [place.binary, "run", "-f", place.configuration, "--runtime-directory", "/run/martlet-third"])
        #expect(await eventually(within: .seconds(10)) { third.end == .exit(5) }, "\(third.log)")
        #expect(third.log.contains("\(place.file.address())"), "\(third.log)")
        #expect(try place.host.holds(place.file.address()))
        #expect(await service.terminate() == .exit(0), "\(service.log)")
      }
    }

    @Test(
      "A directory that cannot be used is named with its owner and advice in the words of the command line",
      needs(.lab, .martlet), .enabled(if: usersReason == nil, usersReason), arguments: ["martlet", "keepalived"])
    func adviceSpeaksTheLanguageOfTheCommandLine(name: String) async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let line =
          name == "martlet"
          ? [place.binary, "run", "-f", place.configuration] : [place.keepalived, "-n", "-f", place.configuration]
        let open = try place.start(line, setup: "mkdir /run/martlet && chmod 777 /run/martlet")
        #expect(await eventually(within: .seconds(10)) { open.end == .exit(1) }, "\(open.log)")
        #expect(open.log.contains(name == "martlet" ? "--runtime-directory" : "--pid"), "\(open.log)")
        #expect(open.log.contains("--runtime-directory") == (name == "martlet"), "\(open.log)")
        let foreign = try place.start(OwnRun.asUser(line), setup: "chmod 700 /run/martlet && chown root /run/martlet")
        #expect(await eventually(within: .seconds(10)) { foreign.end == .exit(1) }, "\(foreign.log)")
        #expect(foreign.log.contains("it is root's"), "\(foreign.log)")
      }
    }

    @Test(needs(.lab, .martlet))
    func whoeverIgnoresTheEndOfChildrenMayStartIt() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let ignoring = ["/bin/bash", "-c", "trap '' CHLD; exec \"$@\"", "bash"]
        let service = try place.start(ignoring + [place.binary, "run", "-f", place.configuration])
        #expect(try await place.holds(), "\(service.log)")
        #expect(await service.terminate() == .exit(0), "\(service.log)")
      }
    }

    @Test("Two that are told apart by their network namespaces run side by side (keepalived -s)", needs(.lab, .martlet))
    func inTwoNamespaces() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let other = try lab.addHost("b", number: 2)
        let second = place.file.text(for: other, priority: 200, peers: [])
          .replacing("virtual_router_id 51", with: "virtual_router_id 52")
          .replacing("\(place.file.address())", with: "\(place.file.address(1))")
        try writeFile("\(place.host.folder)/second.conf", second)
        var services: [LabProcess] = []
        for (host, file, address) in [
          (place.host, place.configuration, place.file.address()),
          (other, "\(OwnRun.seenFolder)/second.conf", place.file.address(1)),
        ] {
          services.append(try place.start([place.keepalived, "-n", "-s", host.namespace, "-f", file]))
          let isHeld = try await eventually(within: .seconds(10)) { try host.holds(address) }
          #expect(isHeld, "\(services.last?.log ?? "")")
          let files = "\(place.folder)/keepalived/\(host.namespace)"
          let number = services.last.map { "\($0.pid)\n" }
          #expect(readFile("\(files)/keepalived.pid") == number && readFile("\(files)/vrrp.pid") == number)
        }
        for service in services { #expect(await service.terminate() == .exit(0), "\(service.log)") }
        #expect(readFile("\(place.folder)/keepalived/\(other.namespace)/keepalived.pid").isEmpty)
      }
    }
  }
}
