import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// martlet as process 1 of a container: what its scripts leave behind is its own to reap, and no signal has a default.
  @Suite struct ProcessOne {
    /// Starts martlet as process 1 of a process namespace of its own; what stands outside for it.
    private func start(_ text: String, on host: Host) throws -> LabProcess {
      let binary = try #require(LabEnvironment.martletBinary)
      let directory = "\(host.folder)/run"
      mkdir(directory, 0o700)
      try writeFile("\(host.folder)/service.conf", text)
      let line = [
        binary, "run", "-f", "\(host.folder)/service.conf", "--runtime-directory", directory,
      ]
      return try host.start(["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--"] + line, label: "one")
    }

    /// Parent and state of a process; `nil` if there is none.
    private func state(of pid: pid_t) -> (state: String, parent: pid_t)? {
      let fields = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
      guard fields.count > 1, let parent = pid_t(fields[1]) else { return nil }
      return (String(fields[0]), parent)
    }

    private func children(of parent: pid_t, on host: Host) -> [pid_t] {
      host.processes().filter { state(of: $0)?.parent == parent }
    }

    /// Zombies have left their namespaces, so they are looked for among all processes.
    private func zombies(of parent: pid_t) throws -> Int {
      let table = try Command.check(["ps", "-e", "-o", "ppid=,stat="])
      return table.split(separator: "\n").count { line in
        let words = line.split(separator: " ")
        return words.count == 2 && pid_t(words[0]) == parent && words[1].hasPrefix("Z")
      }
    }

    private func engine(of supervisor: pid_t, on host: Host) -> pid_t? {
      children(of: supervisor, on: host)
        .first { readFile("/proc/\($0)/cmdline").split(separator: "\0").contains("engine") }
    }

    /// A router whose check leaves so many orphans each time it runs, which end by themselves, and notes each run.
    private func file(orphans: Int, on host: Host) throws -> RouterFile {
      let script = "\(host.folder)/leave.sh"
      let left = "n=0; while [ $n -lt \(orphans) ]; do ( ( sleep 0.2; exit 3 ) & ); n=$((n + 1)); done"
      try writeFile(script, "#!/bin/sh\n\(left)\necho run >> \(host.folder)/runs\n", mode: 0o755)
      var file = RouterFile(version: .v3, interval: .milliseconds(100))
      file.topLines = ["vrrp_script leave {", "  script \(script)", "  interval 0.3", "  weight 1", "}"]
      file.instanceLines = ["track_script {", "  leave", "}", "notify \(script)"]
      return file
    }

    @Test("Orphans are reaped, and none of martlet's own ends is missed", needs(.lab, .martlet), arguments: [1, 100])
    func orphansAreReaped(atATime: Int) async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        let file = try file(orphans: atATime, on: host)
        let service = try start(file.text(for: host, priority: 200, peers: []), on: host)
        let held = try await eventually(within: .seconds(10)) { try host.holds(file.address()) }
        #expect(held, "\(service.log)")
        let one = try #require(children(of: service.pid, on: host).first)
        func runs() -> Int { readFile("\(host.folder)/runs").split(separator: "\n").count }
        let before = runs()
        #expect(await eventually(within: .seconds(30)) { runs() >= before + 8 }, "\(runs() - before) runs")
        // Some may be waiting at any moment, but not all that there were.
        let few = try await eventually(within: .seconds(20), every: .milliseconds(20)) { try zombies(of: one) == 0 }
        let left = try zombies(of: one)
        #expect(few, "\(left) zombies after \(runs()) runs")

        let first = try #require(engine(of: one, on: host), "\(service.log)")
        kill(first, SIGKILL)
        let replaced = await eventually(within: .seconds(10)) { engine(of: one, on: host).map { $0 != first } ?? false }
        #expect(replaced, "\(service.log)")
        let back = try await eventually(within: .seconds(10)) { try host.holds(file.address()) }
        #expect(back, "\(service.log)")
        #expect(service.isRunning)
        kill(one, SIGTERM)
        #expect(await eventually(within: .seconds(20)) { service.end == .exit(0) }, "\(service.log)")
        #expect(try !host.holds(file.address()))
      }
    }

    @Test("SIGTERM before it has read its configuration is not lost", needs(.lab, .martlet))
    func aStopThatComesEarly() async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        var file = RouterFile(version: .v3)
        file.topLines = (1...20_000).flatMap { ["vrrp_script s\($0) {", "  script /bin/true", "}"] }
        let service = try start(file.text(for: host, priority: 200, peers: []), on: host)
        func isReading(_ pid: pid_t) -> Bool {
          readFile("/proc/\(pid)/cmdline").split(separator: "\0").contains("loader")
        }
        var told: pid_t?
        let reads = await eventually(within: .seconds(10), every: .milliseconds(1)) {
          guard let loader = host.processes().first(where: isReading), let one = state(of: loader)?.parent else {
            return false
          }
          kill(one, SIGTERM)
          told = one
          return true
        }
        #expect(reads && told != nil, "\(service.log)")
        #expect(await eventually(within: .seconds(30)) { service.end == .exit(0) }, "\(service.log.suffix(2000))")
      }
    }

    @Test(
      "SIGTERM from inside and from outside ends it in order, whatever orphans are left", needs(.lab, .martlet),
      arguments: ["inside", "outside"])
    func endsInOrder(from place: String) async throws {
      try await inLab { lab in
        let host = try lab.addHost("a", number: 1)
        let script = "\(host.folder)/leave.sh"
        try writeFile(script, "#!/bin/sh\n( ( trap '' TERM; sleep 1000 ) & )\n( sleep 1000 & )\n", mode: 0o755)
        var file = RouterFile(version: .v3, interval: .milliseconds(100))
        file.notify = script
        let service = try start(file.text(for: host, priority: 200, peers: []), on: host)
        let held = try await eventually(within: .seconds(10)) { try host.holds(file.address()) }
        #expect(held, "\(service.log)")
        let one = try #require(children(of: service.pid, on: host).first)
        let left = await eventually(within: .seconds(10)) { children(of: one, on: host).count > 2 }
        #expect(left, "no orphans")
        let told = MonotonicInstant.labNow()
        if place == "inside" {
          try host.run("nsenter", "--target", "\(one)", "--pid", "--mount", "kill", "-TERM", "1")
        } else {
          kill(one, SIGTERM)
        }
        #expect(await eventually(within: .seconds(10)) { service.end == .exit(0) }, "\(service.log)")
        #expect(lab.capture.adverts(vrid: file.vrid, since: told).last?.priority == 0)
        #expect(try !host.holds(file.address()))
        #expect(await eventually(within: .seconds(10)) { host.processes().isEmpty })
      }
    }
  }
}
