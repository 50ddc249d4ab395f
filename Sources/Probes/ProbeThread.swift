import ConfigurationModel
import NIOCore
import NIOPosix
import NetworkTypes

/// The one thread on which all probes run, and a few more for what can only be done by waiting.
public final class ProbeThread: Sendable {
  private let group: MultiThreadedEventLoopGroup
  let loop: any EventLoop
  private let contexts = TLSContexts()
  private let resolvers = WaitingThreads(most: mostWaiting)
  private let readers = WaitingThreads(most: mostWaiting)
  let names: Waits<[SocketAddress]>
  let fileSystems: Waits<DiskReading>
  let resolve: @Sendable (String) throws -> [SocketAddress]

  /// Names, and file systems, that may hang before others of their kind have to wait.
  static let mostWaiting = 16

  /// Starts the thread. It inherits the caller's signal mask and capabilities.
  public convenience init() { self.init(resolve: SocketAddress.resolving) }

  /// - Parameter resolve: what tells the addresses of a name, with no port; it may wait.
  init(resolve: @escaping @Sendable (String) throws -> [SocketAddress]) {
    self.resolve = resolve
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    loop = group.next()
    names = Waits(resolvers)
    fileSystems = Waits(readers)
  }

  /// Makes a probe ready to be run; reads the files that it names.
  package func prepare(_ definition: ProbeDefinition) -> PreparedProbe {
    PreparedProbe(definition, thread: self, contexts: contexts)
  }

  /// Ends the thread. Runs that have not ended never do.
  public func shutDown() {
    group.shutdownGracefully { _ in }
    resolvers.shutDown()
    readers.shutDown()
  }
}

/// A probe that is ready to be run, any number of times, one at a time.
public final class PreparedProbe: Sendable {
  /// What it was made of.
  package let definition: ProbeDefinition
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

  /// Asks once. The completion is called on the probes' thread, once, when the timeout has passed at the latest; what has to
  /// wait for a thread first takes up to one timeout more.
  /// - Returns: what ends the run before that.
  @discardableResult
  public func run(_ completion: @escaping @Sendable (ProbeOutcome) -> Void) -> ProbeRunHandle {
    let loop = thread.loop
    let handle = ProbeRunHandle(loop)
    loop.execute { [self] in
      let run = ProbeRun(
        asked: asker.asked, timeout: definition.schedule.timeout, loop: loop, thread: thread, completion: completion)
      handle.run = run
      asker.ask(run)
    }
    return handle
  }
}

/// A run of a probe that may be ended.
public final class ProbeRunHandle: @unchecked Sendable {
  private let loop: any EventLoop
  /// Only for the probes' thread, like the run itself.
  fileprivate weak var run: ProbeRun?

  fileprivate init(_ loop: any EventLoop) { self.loop = loop }

  /// Ends the run if it still goes on: its channels are closed, and the completion is told that nothing was asked.
  public func end() {
    loop.execute { [self] in
      run?.finish(.unasked("ended"))
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
    run.finish(.unasked(obstacle))
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
    case .disk(let question): return DiskAsker(question)
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
