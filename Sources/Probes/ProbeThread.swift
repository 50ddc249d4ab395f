import Configuration
import NIOCore
import NIOPosix
import NetworkTypes
import Synchronization

/// The one thread on which all probes run, and a few more for what can only be done by waiting.
public final class ProbeThread: Sendable {
  private let group: MultiThreadedEventLoopGroup
  let loop: any EventLoop
  private let waiting = Mutex<NIOThreadPool?>(nil)
  private let contexts = TLSContexts()
  let resolutions = Resolutions()

  /// Starts the thread. It inherits the caller's signal mask and capabilities.
  public init() {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    loop = group.next()
  }

  /// Makes a probe ready to be run; reads the files that it names.
  public func prepare(_ definition: ProbeDefinition) -> PreparedProbe {
    PreparedProbe(definition, thread: self, contexts: contexts)
  }

  /// Ends the thread. Runs that have not ended never do.
  public func shutDown() {
    group.shutdownGracefully { _ in }
    waiting.withLock { $0 }?.shutdownGracefully { _ in }
  }

  /// Does something that may wait for long: asking the resolver, or a file system. What hangs takes one of few threads.
  func wait<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) -> EventLoopFuture<Value> {
    let pool = waiting.withLock { pool in
      if let pool { return pool }
      let fresh = NIOThreadPool(numberOfThreads: 4)
      fresh.start()
      pool = fresh
      return fresh
    }
    return pool.runIfActive(eventLoop: loop, body)
  }
}

/// A probe that is ready to be run, any number of times, one at a time.
public final class PreparedProbe: Sendable {
  /// What it was made of.
  public let definition: ProbeDefinition
  private let thread: ProbeThread
  private let asker: any Asker

  init(_ definition: ProbeDefinition, thread: ProbeThread, contexts: TLSContexts) {
    self.definition = definition
    self.thread = thread
    do throws(ProbeObstacle) {
      asker = try definition.question.asker(contexts)
    } catch {
      asker = NoAsker(obstacle: error.words)
    }
  }

  /// Asks once. The completion is called on the probes' thread, once, when the timeout has passed at the latest.
  public func run(_ completion: @escaping @Sendable (ProbeOutcome) -> Void) {
    let loop = thread.loop
    loop.execute { [self] in
      let run = ProbeRun(
        asked: asker.asked, timeout: definition.timeout, loop: loop, thread: thread, completion: completion)
      asker.ask(run)
    }
  }
}

/// Why a probe can never be run.
struct ProbeObstacle: Error {
  var words: String
}

/// One kind of probe, ready to ask.
protocol Asker: Sendable {
  /// What it asks whom, for the outcome's words.
  var asked: String { get }
  /// Asks, and sees to it that the run is finished unless the time is up before.
  func ask(_ run: ProbeRun)
}

/// Stands in for what cannot be asked, as when a certificate's file has gone since the configuration was checked.
private struct NoAsker: Asker {
  let obstacle: String

  var asked: String { "cannot be asked" }

  func ask(_ run: ProbeRun) {
    var finding = Finding.failure(obstacle)
    finding.isUnasked = true
    run.finish(finding)
  }
}

extension ProbeQuestion {
  /// What asks this question.
  func asker(_ contexts: TLSContexts) throws(ProbeObstacle) -> any Asker {
    switch self {
    case .http(let question): return try HTTPAsker(question, contexts)
    case .stream(let question):
      let patterns = try compiled(question.expect)
      let name = if case .path = question.endpoint { "unix" } else { question.tls == nil ? "tcp" : "tcp+tls" }
      return ConversationAsker(
        asked: "\(name) \(question.endpoint)", endpoint: question.endpoint, tls: try contexts.client(question.tls)
      ) { SendAndExpect(send: question.send, patterns: patterns) }
    case .datagram(let question): return DatagramAsker(question, try compiled(question.expect))
    case .echo(let question): return EchoAsker(question: question)
    case .arp(let question): return ARPAsker(question: question)
    case .dns(let question): return DNSAsker(question)
    case .smtp(let question):
      return ConversationAsker(
        asked: "smtp \(question.endpoint)", endpoint: question.endpoint, tls: try contexts.client(question.tls)
      ) { SMTPConversation(name: question.greeting) }
    case .redis(let question):
      return ConversationAsker(
        asked: "redis \(question.endpoint)", endpoint: question.endpoint, tls: try contexts.client(question.tls)
      ) { RedisConversation(role: question.role) }
    case .postgresql(let question):
      return ConversationAsker(asked: "postgresql \(question.endpoint)", endpoint: question.endpoint, tls: nil) {
        PostgreSQLConversation(question)
      }
    case .mysql(let question):
      return ConversationAsker(asked: "mysql \(question.endpoint)", endpoint: question.endpoint, tls: nil) {
        MySQLConversation(user: question.user)
      }
    case .haproxy(let question):
      return ConversationAsker(
        asked: "haproxy \(question.endpoint) backend \(question.backend)", endpoint: question.endpoint, tls: nil
      ) { HAProxyConversation(backend: question.backend, servers: question.servers) }
    case .load(let question): return HostAsker(asked: "load \(question.minutes)") { question.reading() }
    case .disk(let question): return HostAsker(asked: "disk \(question.path)") { question.reading() }
    case .memory(let question): return HostAsker(asked: "memory") { question.reading() }
    // Made of what other checks have found; nobody is asked.
    case .combination: throw ProbeObstacle(words: "it is made of other checks")
    }
  }
}

/// Patterns that can be used on the probes' thread, where alone they are.
struct Patterns: @unchecked Sendable {
  let list: [CompiledPattern]

  /// The first pattern that does not accept `bytes`.
  func refusal(of bytes: [UInt8]) -> TextPattern? { list.first { !$0.accepts(bytes) }?.pattern }
}

private func compiled(_ patterns: [TextPattern]) throws(ProbeObstacle) -> Patterns {
  try Patterns(compiling: patterns)
}

extension Patterns {
  init(compiling patterns: [TextPattern]) throws(ProbeObstacle) {
    var list: [CompiledPattern] = []
    for pattern in patterns {
      do throws(TextPatternError) {
        list.append(try CompiledPattern(pattern))
      } catch {
        throw ProbeObstacle(words: "\(pattern): \(error.reason)")
      }
    }
    self.list = list
  }
}
