import Configuration
import ConfigurationModel
import ControlModel
import Foundation
import Glibc
import LinuxSystem
import NetworkTypes
import Testing
import VRRPCore

@testable import Prober

/// A client of the control socket that reads until the end.
final class Client {
  let descriptor: OwnedDescriptor
  private(set) var text = ""
  private(set) var isEnded = false

  init(_ path: String) throws {
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    descriptor = OwnedDescriptor(FileDescriptor(owning: fd))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw SystemError(operation: "connect", errno: errno, object: path) }
    try descriptor.descriptor.setNonblocking()
  }

  func send(_ bytes: [UInt8]) { _ = try? descriptor.descriptor.write(bytes) }
  func send(_ text: String) { send(Array(text.utf8)) }

  func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isEnded {
      switch buffer.withUnsafeMutableBytes({ try? descriptor.descriptor.read(into: $0) }) {
      case .bytes(let count): text += String(decoding: buffer.prefix(count), as: UTF8.self)
      case .wouldBlock: return false
      case .endOfFile, nil: isEnded = true
      }
    }
    return true
  }

  var firstLine: String { String(text.prefix { $0 != "\n" }) }
  var body: String { String(text.drop { $0 != "\n" }.dropFirst()) }
}

extension ProberTests {
  @Suite struct Controlling {
    private func ask(_ harness: Harness, _ request: String) throws -> Client {
      let client = try Client(harness.scratch.path("control.sock"))
      client.send(request)
      try harness.wait(for: "an answer to \(request)") { client.read() }
      return client
    }

    @Test func handsOutWhatTheConfigurationWasReadFrom() throws {
      let harness = try Harness()
      #expect(try ask(harness, "sources\n").firstLine.hasPrefix("error 1 no engine"))
      try harness.serve(Configuration.asOwnUser())
      try harness.wait(for: "the prober to serve") { harness.reports == [.ready] }
      let answer = try ask(harness, "sources\n")
      #expect(answer.firstLine == "ok")
      #expect(answer.body == Harness.sources)
    }

    @Test func showsEverythingOnTheBoard() throws {
      let harness = try Harness()
      var configuration = Configuration.asOwnUser()
      configuration.scripts = [ScriptCheckDefinition(name: "chk", command: CommandDefinition("/bin/true"))]
      configuration.routers = [try .named("A"), try .named("B")]
      var group = SyncGroupDefinition(name: "G")
      group.members = [0, 1]
      configuration.groups = [group]
      try harness.serve(configuration)
      try harness.wait(for: "the prober to serve") { harness.reports == [.ready] }
      try harness.transition(
        0, 3, from: .backup, to: .fault, cause: .trackerDown(TrackerID(rawValue: 0)), detail: "exit 1: so \"there\"")
      harness.board.router(0)?[.advertisementsSent] = 12
      harness.board.router(0)?[drops: 5] = 7
      try harness.wait(for: "the transition") { harness.logText.contains("A: BACKUP → FAULT") }
      let answer = try ask(harness, "status json\n")
      #expect(answer.firstLine == "ok")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
      let engine = try #require(object["engine"] as? [String: Any])
      #expect(engine["health"] as? String == "running")
      #expect(engine["pid"] as? Int == Int(getpid()))
      let routers = try #require(object["routers"] as? [[String: Any]])
      #expect(routers.map { $0["name"] as? String } == ["A", "B"])
      #expect(routers[0]["state"] as? String == "FAULT")
      #expect(routers[0]["vrid"] as? Int == 51)
      #expect((routers[0]["counters"] as? [String: Any])?["advertisements_sent"] as? Int == 12)
      #expect((routers[0]["drops"] as? [String: Any])?["checksum"] as? Int == 7)
      let last = try #require(routers[0]["last_transition"] as? [String: Any])
      #expect(last["cause"] as? String == "tracker-down")
      #expect(last["reason"] as? String == "script chk is down: exit 1: so \"there\"")
      #expect((object["groups"] as? [[String: Any]])?.first?["name"] as? String == "G")
      #expect((object["trackers"] as? [[String: Any]])?.first?["name"] as? String == "chk")
      let table = try ask(harness, "status text\n")
      #expect(table.firstLine == "ok")
      #expect(table.body.contains("ROUTER") && table.body.contains("A on eth0"))
      #expect(table.body.contains("A: BACKUP → FAULT"))
    }

    @Test(
      "What a check says that stays down is the newest, with its age; the engine and the log are told of the verdict alone"
    )
    func showsTheNewestWords() throws {
      let harness = try Harness()
      let scratch = harness.scratch
      let script = scratch.script("check", "cat \(scratch.path("words")); exit 1")
      scratch.write("words", "HTTP 503\n")
      var configuration = Configuration.asOwnUser()
      var check = ScriptCheckDefinition(name: "chk", command: CommandDefinition(script))
      check.schedule.interval = .milliseconds(20)
      configuration.scripts = [check]
      try harness.serve(configuration)
      try harness.wait(for: "down") { harness.verdicts.last?.status == .down }
      func reason() throws -> (words: String?, age: Double?) {
        let answer = try ask(harness, "status json\n")
        let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        let tracker = (object?["trackers"] as? [[String: Any]])?.first
        return (tracker?["reason"] as? String, tracker?["answered_ago"] as? Double)
      }
      #expect(try reason().words == "exit 1: HTTP 503")
      scratch.write("words", "connection refused\n")
      try harness.wait(for: "other words") { (try? reason().words) == "exit 1: connection refused" }
      let age = try #require(try reason().age)
      #expect((0..<10).contains(age), "\(age)")
      #expect(harness.verdicts.count == 1, "no news for the engine")
      #expect(harness.logText.ranges(of: "is down").count == 1, "nor for the log")
    }

    @Test func saysThatTheEngineIsGone() throws {
      let harness = try Harness()
      var configuration = Configuration.asOwnUser()
      configuration.routers = [try .named("A")]
      #expect(try ask(harness, "status text\n").firstLine == "error 1 no engine is served yet")
      try harness.serve(configuration)
      try harness.wait(for: "the prober to serve") { harness.reports == [.ready] }
      harness.board.heartbeat = MonotonicClock.now() - .seconds(60)
      #expect(try ask(harness, "status text\n").body.contains("SILENT for 60 s"))
      harness.abandonEngine()
      try harness.wait(for: "the loss") { (try? ask(harness, "status text\n"))?.body.contains("GONE") == true }
    }

    @Test(arguments: [
      "", "\n", "status\n", "status yaml\n", "reload now\n", "\u{0}\u{1}\u{2}\n", "GET / HTTP/1.1\r\n\r\n",
      String(repeating: "x", count: 5000), String(repeating: "y", count: 5000) + "\n", "status json",
    ]) func outlivesGarbage(request: String) throws {
      let harness = try Harness()
      let client = try Client(harness.scratch.path("control.sock"))
      client.send(request)
      shutdown(client.descriptor.rawValue, Int32(SHUT_WR))
      try harness.wait(for: "the end of the connection") { client.read() }
      #expect(request.isEmpty ? client.text.isEmpty : client.text.hasPrefix("error "))
      #expect(try ask(harness, "status text\n").firstLine == "error 1 no engine is served yet")
    }

    @Test func outlivesRandomBytesAndClientsThatVanish() throws {
      let harness = try Harness()
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<200 {
        let client = try Client(harness.scratch.path("control.sock"))
        client.send(
          (0..<Int.random(in: 0...600, using: &generator)).map { _ in .random(in: 0...255, using: &generator) })
        try harness.loop.turn(until: MonotonicClock.now())
      }
      #expect(try ask(harness, " status   text \r\n").firstLine == "error 1 no engine is served yet")
    }

    @Test func turnsAwayTooManyAndRecovers() throws {
      let harness = try Harness()
      var idle: [Client] = []
      for _ in 0..<ControlSocket.mostConnections {
        idle.append(try Client(harness.scratch.path("control.sock")))
        try harness.loop.turn(until: MonotonicClock.now())
      }
      try harness.wait(for: "a refusal") {
        (try? ask(harness, "status text\n"))?.firstLine == "error 1 too many connections"
      }
      idle = []
      try harness.wait(for: "room") {
        (try? ask(harness, "status text\n"))?.firstLine == "error 1 no engine is served yet"
      }
    }

    @Test func aReloadIsAnsweredWhenItHasEnded() throws {
      let harness = try Harness()
      let path = harness.scratch.path("control.sock")
      let (first, second) = (try Client(path), try Client(path))
      first.send("reload\n")
      try harness.wait(for: "the first report") { harness.reports == [.reloadRequested(token: 1)] }
      second.send("reload\n")
      try harness.wait(for: "the second report") { harness.reports.last == .reloadRequested(token: 2) }
      #expect(!first.read())
      _ = try harness.supervisor.send(
        ProberCommand.reloadFinished(token: 2, code: 2, message: "martlet.conf:3:1: error:\nno such interface").encoded)
      _ = try harness.supervisor.send(ProberCommand.reloadFinished(token: 1, code: 0, message: "").encoded)
      _ = try harness.supervisor.send(ProberCommand.reloadFinished(token: 99, code: 0, message: "").encoded)
      try harness.wait(for: "both answers") {
        let isFirstDone = first.read()
        return second.read() && isFirstDone
      }
      #expect(first.text == "ok\n")
      #expect(second.text == "error 2 martlet.conf:3:1: error: no such interface\n")
    }

    @Test(
      "A reload is asked for with its own word where a file may leave nothing, and answered with the loader's report")
    func aReportComesWithTheAnswer() throws {
      let harness = try Harness()
      let client = try Client(harness.scratch.path("control.sock"))
      client.send("reload allow-empty\n")
      try harness.wait(for: "the request") { harness.reports == [.reloadRequested(token: 1, allowsEmpty: true)] }
      let report = try MemoryFile.create(name: "report", holding: Array("A: is removed\n".utf8))
      _ = try harness.supervisor.send(
        ProberCommand.reloadFinished(token: 1, code: 2, message: "no").encoded, descriptors: [report.rawValue])
      try harness.wait(for: "the answer") { client.read() }
      #expect(client.text == "error 2 no\nA: is removed\n")
    }

    @Test("A strict status is an error with a body where something is wrong")
    func strictStatus() throws {
      let harness = try Harness()
      var configuration = Configuration.asOwnUser()
      configuration.routers = [try .named("A")]
      try harness.serve(configuration)
      harness.board.isRunning = true
      harness.board.heartbeat = MonotonicClock.now()
      try harness.wait(for: "the engine") { harness.reports.contains(.ready) }
      #expect(try ask(harness, "status text strict\n").firstLine == "ok")
      harness.board.router(0)?[sighting: .refusedAdvert] = (IPAddress(v4: 1), MonotonicClock.now(), 9)
      let strict = try ask(harness, "status text strict\n")
      #expect(strict.firstLine == "error 8 1 thing is not as it should be")
      #expect(strict.body.contains("the password is not the one configured"))
      #expect(try ask(harness, "status json strict\n").body.contains("adverts-refused"))
      #expect(try ask(harness, "status text\n").firstLine == "ok")
    }

    @Test func isOnlyForItsOwnerAndReplacesAStaleOne() throws {
      let scratch = try Scratch()
      // A process that was killed leaves its socket behind.
      scratch.write("control.sock", "stale")
      let harness = try Harness(scratch: scratch)
      var status = stat()
      #expect(lstat(scratch.path("control.sock"), &status) == 0)
      #expect(status.st_mode & S_IFMT == S_IFSOCK && status.st_mode & 0o777 == 0o600)
      #expect(try ask(harness, "status text\n").firstLine == "error 1 no engine is served yet")
    }

    @Test("Who asks while the prober is replaced is answered by the next one")
    func survivesTheProber() throws {
      let harness = try Harness()
      let client = try Client(harness.scratch.path("control.sock"))
      try harness.restartProber()
      let later = try Client(harness.scratch.path("control.sock"))
      for asker in [client, later] { asker.send("status text\n") }
      try harness.wait(for: "an answer") { later.read() }
      #expect(later.firstLine == "error 1 no engine is served yet")
    }

    @Test func theSupervisorsEndIsTheProbersEnd() throws {
      let harness = try Harness()
      try harness.serve(.asOwnUser())
      try harness.wait(for: "the prober to serve") { harness.reports == [.ready] }
      harness.abandonEngine()
      harness.abandonSupervisor()
      try harness.wait(for: "the end") { harness.loop.isStopped }
    }

    @Test func garbageFromTheSupervisorAndTheEngineIsDropped() throws {
      let harness = try Harness()
      try harness.serve(.asOwnUser())
      try harness.wait(for: "the prober to serve") { harness.reports == [.ready] }
      for _ in 0..<200 {
        let bytes = (0..<Int.random(in: 1...60)).map { _ in UInt8.random(in: 9...255) }
        _ = try harness.supervisor.send(bytes)
        _ = try harness.engine.send(bytes)
        try harness.loop.turn(until: MonotonicClock.now())
      }
      _ = try harness.supervisor.send(ProberCommand.serve(table: 0).encoded)
      try harness.wait(for: "the error") { harness.logText.contains("too few descriptors") }
      let host = IPAddress(v4: 0)
      for message in [
        EngineMessage.event(.otherMaster(host, .resignation, .stays), router: 4_000),
        .priorityChanged(router: .max, from: .owner, to: .owner),
        .event(.advertisementDropped(reason: .max, from: host, on: ""), router: 9),
        .event(.trackerChanged(tracker: .min, .down)),
      ] { _ = try harness.engine.send(message.encoded) }
      try harness.transition(77, .max, from: .backup, to: .master, cause: .syncGroup(member: -5))
      try harness.wait(for: "the transition") { harness.logText.contains("router #77: BACKUP → MASTER") }
    }
  }

  @Suite struct Logging {
    @Test func aBlockedReaderDelaysNothingAndTheLossIsSaid() throws {
      let harness = try Harness()
      for number in 0..<30_000 { harness.log.log(.info, "line \(number) " + String(repeating: "x", count: 80)) }
      #expect(!harness.log.isEmpty)
      try harness.wait(for: "the count") { harness.logText.contains("log lines are lost") }
      try harness.wait(for: "everything") { harness.log.isEmpty }
      #expect(harness.logText.contains("<6>line 0 "))
      harness.log.log(.notice, "back to normal")
      try harness.wait(for: "the next line") { harness.logText.hasSuffix("<5>back to normal\n") }
      for line in harness.logText.split(separator: "\n") { #expect(line.hasPrefix("<")) }
    }
  }
}
