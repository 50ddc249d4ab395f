import Glibc
import LabKit
import NetworkTypes
import Testing
import VRRPCore

extension LabTests {
  /// The files that a service called `keepalived` writes where its users look for them: process numbers and a log.
  @Suite struct KeepalivedFiles {
    private func line(_ place: OwnRun, _ options: [String] = []) -> [String] {
      [place.keepalived, "-n", "-f", place.configuration] + options
    }

    @Test(needs(.lab, .martlet))
    func theNumberStandsInItsFilesAsLongAsItRuns() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        // What an earlier one left: a number that is nobody's, and one that lives again as another program.
        try writeFile("\(place.folder)/keepalived.pid", "4194300\n")
        try writeFile("\(place.folder)/vrrp.pid", "\(getpid())\n")
        let service = try place.start(line(place))
        #expect(try await place.holds(), "\(service.log)")
        for name in ["keepalived.pid", "vrrp.pid"] {
          #expect(readFile("\(place.folder)/\(name)") == "\(service.pid)\n", "\(name)\n\(service.log)")
        }
        #expect(await service.terminate() == .exit(0), "\(service.log)")
        #expect(readFile("\(place.folder)/keepalived.pid").isEmpty && readFile("\(place.folder)/vrrp.pid").isEmpty)

        try writeFile("\(place.folder)/keepalived.pid", "\(getpid())")
        let next = try place.start(line(place, ["-r", "/run/one.pid", "-b", "/run/two.pid"]))
        #expect(try await place.holds(), "\(next.log)")
        #expect(readFile("\(place.folder)/one.pid") == readFile("\(place.folder)/two.pid"))
        #expect(readFile("\(place.folder)/one.pid") == "\(next.pid)\n")
        #expect(await next.terminate() == .exit(0), "\(next.log)")
      }
    }

    @Test("A keepalived that runs is not joined by martlet in its place", needs(.lab, .martlet, .keepalived))
    func keepalivedItselfRuns() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let theirs = try place.start([LabEnvironment.keepalivedProgram, "-n", "-l", "-D", "-f", place.configuration])
        #expect(try await place.holds(), "\(theirs.log)")
        let ours = try place.start(line(place))
        #expect(await eventually(within: .seconds(10)) { ours.end == .exit(5) }, "\(ours.log)")
        #expect(ours.log.contains("keepalived runs already") && ours.log.contains("\(theirs.pid)"), "\(ours.log)")
        #expect(readFile("\(place.folder)/keepalived.pid") == "\(theirs.pid)\n")
        await theirs.terminate()
        let next = try place.start(line(place))
        #expect(try await place.holds(), "\(next.log)")
        #expect(await next.terminate() == .exit(0), "\(next.log)")
      }
    }

    @Test("A file that cannot be written is named, and nothing is left", needs(.lab, .martlet))
    func aFileThatCannotBeWritten() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let service = try place.start(line(place, ["-p", "/run/one.pid", "-r", "/run/nowhere/two.pid"]))
        #expect(await eventually(within: .seconds(10)) { service.end == .exit(1) }, "\(service.log)")
        #expect(service.log.contains("cannot write PID file /run/nowhere/two.pid"), "\(service.log)")
        #expect(readFile("\(place.folder)/one.pid").isEmpty)
      }
    }

    @Test("What is logged goes to the file too, and goes on when it is cut; a link is refused", needs(.lab, .martlet))
    func theLog() async throws {
      try await inLab { lab in
        let place = try OwnRun(in: lab)
        let log = "\(place.host.folder)/ka.log"
        let service = try place.start(line(place, ["-g/mnt/ka.log", "-V"]))
        #expect(try await place.holds(), "\(service.log)")
        let isWritten = await eventually(within: .seconds(10)) { readFile(log).contains("BACKUP → MASTER") }
        #expect(isWritten && readFile(log).contains("--dont-release-vrrp has no effect"), "\(readFile(log))")
        #expect(service.log.contains("BACKUP → MASTER"), "\(service.log)")
        let stamped = readFile(log).split(separator: "\n").allSatisfy {
          $0.contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d /#)
        }
        #expect(stamped, "\(readFile(log))")
        truncate(log, 0)
        #expect(await service.terminate() == .exit(0), "\(service.log)")
        #expect(readFile(log).contains("MASTER → INIT") && !readFile(log).contains("\0"), "\(readFile(log))")

        try writeFile("\(place.host.folder)/victim", "untouched\n")
        #expect(symlink("/mnt/victim", "\(place.host.folder)/link.log") == 0)
        let next = try place.start(line(place, ["-g/mnt/link.log"]))
        #expect(try await place.holds(), "\(next.log)")
        #expect(next.log.contains("--log-file") && readFile("\(place.host.folder)/victim") == "untouched\n")
        #expect(await next.terminate() == .exit(0), "\(next.log)")
      }
    }
  }
}
