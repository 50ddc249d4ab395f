import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// A martlet that may not ask: an ordinary user with the two capabilities, from whom `/proc` hides everybody else's processes, and
  /// whom neither a file nor a socket lets in.
  @Suite struct HiddenThings {
    private static let user = "65534"

    /// Starts it in `host`, with the path of its runtime directory.
    private func start(_ text: String, in host: Host) throws -> LabProcess {
      let folder = "\(host.folder)/hidden"
      #expect(mkdir(folder, 0o755) == 0)
      #expect(chown(folder, 65534, 65534) == 0)
      let file = "\(host.folder)/hidden.conf"
      try writeFile(file, text)
      let command = [
        "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid \(Self.user) --regid \(Self.user) --clear-groups",
        "--inh-caps -all,+net_admin,+net_raw --ambient-caps +net_admin,+net_raw --bounding-set -all,+net_admin,+net_raw",
        "\(LabEnvironment.martletBinary ?? "") run --runtime-directory \(folder) -f \(file)",
      ]
      return try host.start(
        ["unshare", "--mount", "/bin/sh", "-c", command.joined(separator: " ")], label: "hidden")
    }

    /// A host on the way to whose files nobody is stopped by another folder.
    private func host(in lab: Lab) throws -> Host {
      let host = try lab.addHost("a", number: 1)
      chmod(host.folder, 0o755)
      return host
    }

    @Test(
      "What may not be asked keeps no address away: processes, a file, a socket and a script's user",
      needs(.lab, .martlet))
    func cannotTell() async throws {
      try await inLab { lab in
        let host = try host(in: lab)
        let program = "\(host.folder)/svc-\(getpid())"
        try writeFile(program, "#!/bin/sh\nwhile :; do sleep 60; done\n", mode: 0o755)
        let service = try host.start([program], label: "service")
        let number = "\(host.folder)/number"
        try writeFile(number, "1\n", mode: 0o600)
        let socket = "\(host.folder)/socket"
        let server = try host.start(
          [
            "python3", "-c",
            "import os,signal,socket,sys;s=socket.socket(socket.AF_UNIX);s.bind(sys.argv[1]);os.chmod(sys.argv[1],0o600);s.listen();signal.pause()",
            socket,
          ], label: "server")
        #expect(await eventually(within: .seconds(10)) { access(socket, F_OK) == 0 }, "\(server.log)")
        var file = RouterFile(version: .v3)
        file.topLines = [
          "vrrp_track_process service {\n process svc-\(getpid())\n}", "track_file number {\n file \(number)\n}",
          "vrrp_probe socket {\n unix \(socket)\n}", "vrrp_script other {\n script /bin/false\n user daemon\n}",
        ]
        file.instanceLines = [
          "track_process {\n service\n}", "track_file {\n number\n}", "track_probe {\n socket\n}",
          "track_script {\n other\n}",
        ]
        let martlet = try start(file.text(for: host, priority: 200, peers: []), in: host)
        let holds = await eventually(within: .seconds(20)) { (try? host.holds(file.address())) ?? false }
        #expect(holds, "\(martlet.log)")
        let words = [
          "process service is untracked: cannot tell: /proc hides the processes of other users from user 65534",
          "track_file number: cannot tell: \(number) cannot be read: Permission denied",
          "probe socket is untracked: cannot tell: unix \(socket): permission denied",
          "script other is untracked: cannot tell: ",
        ]
        for line in words {
          #expect(await eventually(within: .seconds(10)) { martlet.log.contains(line) }, "\(line)\n\(martlet.log)")
        }
        #expect(service.isRunning)
        await martlet.terminate()
      }
    }

    @Test("What it sees itself is judged as anywhere, though others are hidden", needs(.lab, .martlet))
    func ownProcess() async throws {
      try await inLab { lab in
        let host = try host(in: lab)
        let program = "\(host.folder)/own-\(getpid())"
        try writeFile(program, "#!/bin/sh\nwhile :; do sleep 60; done\n", mode: 0o755)
        let service = try host.start(
          ["setpriv", "--reuid", Self.user, "--regid", Self.user, "--clear-groups", program], label: "service")
        var file = RouterFile(version: .v3)
        file.topLines = ["vrrp_track_process service {\n process own-\(getpid())\n}"]
        file.instanceLines = ["track_process {\n service\n}"]
        #expect(await eventually(within: .seconds(10)) { readFile("/proc/\(service.pid)/comm").hasPrefix("own-") })
        let martlet = try start(file.text(for: host, priority: 200, peers: []), in: host)
        #expect(
          await eventually(within: .seconds(20)) { (try? host.holds(file.address())) ?? false }, "\(martlet.log)")
        service.signal(SIGKILL)
        #expect(
          await eventually(within: .seconds(10)) { (try? host.holds(file.address())) == false }, "\(martlet.log)")
        await martlet.terminate()
      }
    }
  }
}
