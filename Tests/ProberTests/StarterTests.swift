import Configuration
import ConfigurationModel
import ControlModel
import Glibc
import LinuxSystem
import NetworkTypes
import Testing

@testable import Prober
@testable import Starter

extension ProberTests {
  /// The process that starts commands, asked by a prober that may be somebody else's by now.
  @Suite struct Starting {
    @Test("Of the commands of notifications only those of notify get words behind their own", arguments: [false, true])
    func words(ofNotify: Bool) throws {
      let (scratch, loop) = (try Scratch(), try EventLoop())
      let starter = try LocalStarter(loop: loop)
      defer { starter.finish() }
      var configuration = Configuration.asOwnUser()
      let command = CommandDefinition(
        scratch.script("told", "echo $# \"$MARTLET_CAUSE\" >> \(scratch.path("calls"))"))
      var router = try VirtualRouterDefinition.named("A")
      (router.notify.any, router.notify.master) = (command, command)
      configuration.routers = [router]
      let launcher = try starter.launcher(configuration)
      let event = NotifyEvent(
        subject: .instance("A"), state: .master, priority: 150, cause: "no advert", previous: .backup)
      var outcome: CommandOutcome?
      let run = launcher.launch(
        command, for: .notification(hasWords: ofNotify), telling: event, limit: .seconds(20)
      ) { outcome = $0 }
      let end = MonotonicClock.now() + .seconds(30)
      while outcome == nil, MonotonicClock.now() < end { try loop.turn(until: end) }
      #expect(outcome?.isSuccess == true)
      #expect(scratch.lines("calls") == ["\(ofNotify ? 4 : 0) no advert"])
      _ = run
    }

    @Test("A prober that reads nothing for a while misses no answer, and is served as before")
    func fullSocket() throws {
      let loop = try EventLoop()
      let starter = try LocalStarter(loop: loop)
      defer { starter.finish() }
      let channel = try starter.introduce()
      let count: UInt32 = 3000
      var asked: UInt32 = 0
      let end = MonotonicClock.now() + .seconds(60)
      while asked < count, MonotonicClock.now() < end {
        let request = StartRequest.openFile(asked + 1, table: 0, file: 0)
        if try channel.send(request.encoded) == .sent { asked += 1 } else { try loop.turn(until: MonotonicClock.now()) }
      }
      try #require(asked == count)
      var answered: [UInt32] = []
      while answered.count < Int(count), MonotonicClock.now() < end {
        guard case .message(let bytes, _) = try channel.receive() else {
          try loop.turn(until: MonotonicClock.now() + .milliseconds(10))
          continue
        }
        if case .fileRefused(let number, _) = try StartReply(decoding: bytes) { answered.append(number) }
      }
      #expect(answered == Array(1...count))
    }

    @Test("A signal that the starter has no room for is sent when it has")
    func signalToFullSocket() throws {
      let loop = try EventLoop()
      let (starter, prober) = try Channel.pair()
      let link = StarterLink(loop: loop)
      try link.use(prober)
      let signals = (1...5000).map { StartRequest.signal(UInt32($0), SIGKILL) }
      for signal in signals { link.tell(signal) }
      var heard: [StartRequest] = []
      let end = MonotonicClock.now() + .seconds(60)
      while heard.count < signals.count, MonotonicClock.now() < end {
        guard case .message(let bytes, _) = try starter.receive() else {
          try loop.turn(until: MonotonicClock.now() + .milliseconds(10))
          continue
        }
        heard.append(try StartRequest(decoding: bytes))
      }
      #expect(heard == signals)
    }

    @Test("A FIFO belongs to whom its script runs as", .enabled(if: geteuid() == 0, "needs root"))
    func owner() throws {
      let (scratch, loop) = (try Scratch(), try EventLoop())
      let starter = try LocalStarter(loop: loop)
      defer { starter.finish() }
      var configuration = Configuration()
      configuration.global.scriptUser = ScriptUser(user: "nobody")
      configuration.global.notifyFIFO = NotifyFIFO(path: scratch.path("fifo"))
      let table = try starter.adopt(configuration)
      let channel = try starter.introduce()
      #expect(try channel.send(StartRequest.openFIFO(1, table: table, fifo: 0).encoded) == .sent)
      starter.end()
      var status = stat()
      #expect(stat(scratch.path("fifo"), &status) == 0)
      #expect(status.st_uid == getpwnam("nobody")?.pointee.pw_uid)
    }

    @Test("A script finds the variables of the service, but for martlet's own, and makes files as umask says")
    func surroundings() throws {
      setenv("PROXY_OF_THE_SERVICE", "http://proxy", 1)
      setenv("NOTIFY_SOCKET", "/run/none", 1)
      defer { unsetenv("NOTIFY_SOCKET") }
      let (scratch, loop) = (try Scratch(), try EventLoop())
      let starter = try LocalStarter(loop: loop)
      defer { starter.finish() }
      var configuration = Configuration.asOwnUser()
      configuration.global.scriptMask = 0o137
      let command = CommandDefinition(scratch.script("env", "env > \(scratch.path("environment"))"))
      configuration.scripts = [ScriptCheckDefinition(name: "chk", command: command)]
      let launcher = try starter.launcher(configuration)
      var outcome: CommandOutcome?
      let run = launcher.launch(command, for: .check(.none), limit: .seconds(20)) { outcome = $0 }
      let end = MonotonicClock.now() + .seconds(30)
      while outcome == nil, MonotonicClock.now() < end { try loop.turn(until: end) }
      #expect(outcome?.isSuccess == true)
      let environment = scratch.read("environment").split(separator: "\n")
      #expect(environment.contains("PROXY_OF_THE_SERVICE=http://proxy"))
      #expect(!environment.contains { $0.hasPrefix("NOTIFY_SOCKET") || $0.hasPrefix("MARTLET_") })
      var status = stat()
      #expect(stat(scratch.path("environment"), &status) == 0 && status.st_mode & 0o777 == 0o640)
      _ = run
    }

    @Test("What is no FIFO at the path of one is not removed", arguments: [true, false])
    func removal(isFIFO: Bool) throws {
      let (scratch, loop) = (try Scratch(), try EventLoop())
      let starter = try LocalStarter(loop: loop)
      defer { starter.finish() }
      var configuration = Configuration.asOwnUser()
      configuration.global.notifyFIFO = NotifyFIFO(path: scratch.path("fifo"))
      if isFIFO { mkfifo(scratch.path("fifo"), 0o600) } else { scratch.write("fifo", "kept") }
      let table = try starter.adopt(configuration)
      let channel = try starter.introduce()
      #expect(try channel.send(StartRequest.removeFIFO(table: table, fifo: 0).encoded) == .sent)
      starter.end()
      #expect((access(scratch.path("fifo"), F_OK) != 0) == isFIFO)
    }
  }
}
