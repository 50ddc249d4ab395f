import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

/// Why the programs that find others by name cannot be asked.
private let namesReason: Comment? = {
  for program in ["killall", "pidof", "pgrep", "pkill"] where Command.find(program) == nil {
    return "\(program) is not installed; run `make deps`"
  }
  return nil
}()

extension LabTests {
  /// The names by which scripts find the service's processes, and what they do to them then.
  @Suite struct ProcessNames {
    /// A command inside the service's process namespace, so that no other lab's processes are found.
    private func ask(_ command: [String], _ one: pid_t, _ host: Host) throws -> CommandResult {
      try host.attempt(["nsenter", "--target", "\(one)", "--pid", "--mount"] + command)
    }

    /// Starts the service behind a shell, in a process namespace; the shell's number outside.
    private func start(_ line: [String], in place: OwnRun) async throws -> (service: LabProcess, one: pid_t) {
      let shell = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "\"$@\"; exit $?", "sh"]
      let service = try place.start(shell + line)
      #expect(try await place.holds(), "\(service.log)")
      let one = place.host.processes().first { Self.parent(of: $0) == service.pid }
      return (service, try #require(one, "\(service.log)"))
    }

    private static func parent(of pid: pid_t) -> pid_t? {
      let fields = readFile("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
      return fields.dropFirst().first.flatMap { pid_t($0) }
    }

    @Test(
      "Called keepalived, all its processes are found by that name, else none",
      needs(.lab, .martlet), .enabled(if: namesReason == nil, namesReason), arguments: [true, false])
    func areFound(asKeepalived: Bool) async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let line =
          asKeepalived
          ? [place.keepalived, "-n", "-f", place.configuration] : [place.binary, "run", "-f", place.configuration]
        let (service, one) = try await start(line, in: place)
        let name = asKeepalived ? "keepalived" : "martlet"
        let other = asKeepalived ? "martlet" : "keepalived"
        let commands = [["killall", "-0"], ["pidof"], ["pgrep"], ["pkill", "-0"]]
        for command in commands {
          #expect(try ask(command + [name], one, place.host).succeeded, "\(command) \(name)")
          #expect(try !ask(command + [other], one, place.host).succeeded, "\(command) \(other)")
        }
        let found = try ask(["pidof", name], one, place.host).output.split(separator: " ").count
        #expect(found == place.host.processes().count { $0 != one && $0 != service.pid })
        // Which part one is stands in the name of its own, and in the arguments of both.
        let parts = try ask(["pgrep", "-x", "martlet-(engine|prober)"], one, place.host)
        #expect(parts.succeeded != asKeepalived)
        #expect(try ask(["pgrep", "-f", "\(name) engine"], one, place.host).succeeded)
        // It fails if the first that it ends takes the others along before it comes to them.
        _ = try ask(["killall", name], one, place.host)
        #expect(await eventually(within: .seconds(15)) { service.end == .exit(0) }, "\(service.log)")
        #expect(try await place.holds(false))
      }
    }

    @Test(
      "A signal for all of that name reloads once and harms nothing; SIGTERM for all ends in order, with the last notification",
      needs(.lab, .martlet), .enabled(if: namesReason == nil, namesReason))
    func areSignalledTogether() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab, lines: ["notify_stop /mnt/stop.sh"])
        try writeFile("\(place.host.folder)/stop.sh", "#!/bin/sh\necho stopped > /mnt/stopped\n", mode: 0o755)
        let (service, one) = try await start([place.keepalived, "-n", "-f", place.configuration], in: place)
        func prober() throws -> String {
          try ask(["pgrep", "-f", "keepalived prober"], one, place.host).output
        }
        let before = try prober()
        let started = MonotonicInstant.labNow()
        for round in 1...5 {
          for signal in ["-HUP", "-USR1", "-USR2", "-36", "-63"] {
            #expect(try ask(["killall", signal, "keepalived"], one, place.host).succeeded)
          }
          let reloaded = await eventually(within: .seconds(10)) {
            service.log.components(containing: "reloaded").count >= round
          }
          #expect(reloaded, "\(service.log)")
        }
        #expect(!service.log.contains("reload failed"), "\(service.log)")
        #expect(try prober() == before, "another prober.\n\(service.log)")
        #expect(try place.host.holds(place.file.address()))
        #expect(!lab.capture.adverts(vrid: place.file.vrid, since: started).contains { $0.priority == 0 })

        #expect(try ask(["killall", "keepalived"], one, place.host).succeeded)
        #expect(await eventually(within: .seconds(15)) { service.end == .exit(0) }, "\(service.log)")
        #expect(lab.capture.adverts(vrid: place.file.vrid, since: started).last?.priority == 0)
        #expect(readFile("\(place.host.folder)/stopped") == "stopped\n", "\(service.log)")
      }
    }
  }
}

extension String {
  /// The lines with `text` in them.
  fileprivate func components(containing text: String) -> [Substring] {
    split(separator: "\n").filter { $0.contains(text) }
  }
}
