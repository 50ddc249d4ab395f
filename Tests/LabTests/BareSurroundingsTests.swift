import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// Starts where something is missing that a host usually has: it serves, or one line says what is missing.
  @Suite struct BareSurroundings {
    /// What is taken away, and a command line that runs the rest without it.
    struct Lack: Sendable, CustomTestStringConvertible {
      let testDescription: String
      var setup = "true"
      var by: [String] = []
      var arguments: [String] = []
      /// What the one line has; `nil` if it serves.
      var complaint: String?
      /// What is said by the way.
      var remark = ""
    }

    static let capabilities = "+chown,+dac_override,+fowner,+kill,+setgid,+setuid,+setpcap,+net_raw,+net_admin"

    static let lacks: [Lack] = [
      Lack(
        testDescription: "/run read-only", setup: "mount -t tmpfs -o ro tmpfs /run",
        complaint: "make /run a file system"),
      Lack(testDescription: "/proc empty", setup: "mount -t tmpfs tmpfs /proc", complaint: "/proc is missing here"),
      Lack(testDescription: "/proc with hidepid", setup: "mount -t proc -o hidepid=2 proc /proc"),
      Lack(testDescription: "/dev empty", setup: "mount -t tmpfs tmpfs /dev", complaint: "cannot open /dev/null for"),
      Lack(
        testDescription: "everything but /run read-only",
        setup: "mount -o remount,bind,ro / && mount -t tmpfs -o ro tmpfs /tmp"),
      Lack(
        testDescription: "the capabilities of a container", by: ["setpriv", "--bounding-set=-all,\(capabilities)"],
        remark: "cannot use real-time scheduling"),
      Lack(
        testDescription: "no right to raw sockets", by: ["setpriv", "--bounding-set=-net_raw"], complaint: "CAP_NET_RAW"
      ),
      Lack(testDescription: "no standard streams", by: ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"]),
      Lack(
        testDescription: "its directory's parent", arguments: ["--runtime-directory", "/run/none/martlet"],
        complaint: "--runtime-directory"),
    ]

    @Test(
      needs(.lab, .martlet),
      .enabled(if: !LabEnvironment.isUserNamespace, "an ordinary user's root may not mount /proc with options"),
      arguments: lacks)
    func servesOrSaysWhatIsMissing(_ lack: Lack) async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let line = lack.by + [place.binary, "run", "-f", place.configuration] + lack.arguments
        let service = try place.start(line, setup: lack.setup)
        guard let complaint = lack.complaint else {
          #expect(try await place.holds(), "\(service.log)")
          #expect(lack.remark.isEmpty || service.log.contains(lack.remark), "\(service.log)")
          #expect(await service.terminate() == .exit(0), "\(service.log)")
          return
        }
        #expect(await eventually(within: .seconds(10)) { !service.isRunning })
        // Beside the lines that every start has: what is started, and as whom.
        let usual = [" starts with ", "there is no user martlet"]
        let lines = service.logLines.filter { line in !usual.contains { line.contains($0) } }
        #expect(service.end != .exit(0) && lines.count == 1, "\(service.log)")
        #expect(service.log.contains(complaint), "\(service.log)")
      }
    }

    @Test(
      "Root outside of an ordinary user's namespace gets the status of a service in it, and so does the user",
      needs(.lab, .martlet),
      .enabled(if: !LabEnvironment.isUserNamespace, "an ordinary user's namespace has no other users"))
    func whoMayAskAServiceInAUserNamespace() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let directory = "\(place.host.folder)/theirs"
        try #require(mkdir(directory, 0o700) == 0 && chown(directory, OwnRun.user, OwnRun.user) == 0)
        let user = ["setpriv", "--reuid=\(OwnRun.user)", "--regid=\(OwnRun.user)", "--clear-groups"]
        let namespace = [
          "unshare", "--user", "--map-root-user", "--net", "sh", "-c", "\(Self.interface) && exec \"$@\"", "sh",
        ]
        let seen = "\(OwnRun.seenFolder)/theirs"
        let run = [place.binary, "run", "-f", place.configuration, "--runtime-directory", seen]
        let service = try place.start(user + namespace + run)
        let serves = await eventually(within: .seconds(10)) { service.log.contains("BACKUP → MASTER") }
        #expect(serves, "\(service.log)")
        let question = [place.binary, "status", "--runtime-directory", seen]
        let answer = try place.host.attempt(place.inside(question))
        #expect(answer.succeeded && answer.output.contains("MASTER"), "\(answer.errors)")
        #expect(try place.host.attempt(place.inside(user + question)).succeeded)
        #expect(await service.terminate() == .exit(0), "\(service.log)")
      }
    }

    /// Makes the interface of the configuration in a fresh network namespace.
    private static let interface =
      "ip link set lo up && ip link add eth0 type veth peer name p0 && ip link set p0 up && ip link set eth0 up"
      + " && ip address add 10.9.0.1/16 dev eth0"

    @Test("As root of a user namespace, with a directory of its own", needs(.lab, .martlet))
    func inAUserNamespace() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let line = [
          "unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c",
          "mount -t tmpfs tmpfs /run && \(Self.interface) && exec \"$@\"", "sh",
        ]
        let service = try place.start(line + [place.binary, "run", "-f", place.configuration])
        let serves = await eventually(within: .seconds(10)) { service.log.contains("BACKUP → MASTER") }
        #expect(serves, "\(service.log)")
        #expect(!service.log.contains("refused"), "\(service.log)")
        #expect(await service.terminate() == .exit(0), "\(service.log)")
      }
    }
  }
}
