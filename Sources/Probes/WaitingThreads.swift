import Glibc
import NIOCore
import Synchronization

/// Threads for calls that block and may hang: a bounded number, each made when none is idle.
///
/// A call that hangs keeps its thread until it returns. A job that waits for a thread has not begun, and does not count as
/// failed.
final class WaitingThreads: Sendable {
  private struct State {
    var queue: [@Sendable () -> Void] = []
    /// Index of the first job in the queue that is not taken.
    var first = 0
    var threads = 0
    var idle = 0
    var isClosed = false

    mutating func take() -> (@Sendable () -> Void)? {
      guard first < queue.count else { return nil }
      let job = queue[first]
      first += 1
      if first == queue.count { (queue, first) = ([], 0) }
      return job
    }
  }

  /// Counting semaphore at a fixed address.
  private final class Bell: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }
    deinit {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }

    func ring() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }
  }

  /// Most threads.
  let most: Int
  private let state = Mutex(State())
  private let bell = Bell()

  init(most: Int) { self.most = most }

  /// Runs a job as soon as a thread is free.
  func run(_ job: @escaping @Sendable () -> Void) {
    let needsThread = state.withLock { state in
      guard !state.isClosed else { return false }
      state.queue.append(job)
      if state.idle > 0 {
        state.idle -= 1
        bell.ring()
        return false
      }
      guard state.threads < most else { return false }
      state.threads += 1
      return true
    }
    // Without a thread the job waits for another one, like those that are too many.
    if needsThread, !startThread() { state.withLock { $0.threads -= 1 } }
  }

  /// Ends the threads. A thread that hangs ends when its call returns.
  func shutDown() {
    state.withLock { state in
      state.isClosed = true
      (state.queue, state.first) = ([], 0)
      for _ in 0..<state.idle { bell.ring() }
      state.idle = 0
    }
  }

  private func startThread() -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let threads = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<WaitingThreads>.fromOpaque(pointer).takeRetainedValue().work() }
        return nil
      }, threads.toOpaque())
    if failure != 0 { threads.release() }
    return failure == 0
  }

  private func work() {
    while true {
      let (job, isOver) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
        if let job = state.take() { return (job, false) }
        if !state.isClosed { state.idle += 1 }
        return (nil, state.isClosed)
      }
      if let job { job() } else if isOver { return } else { bell.wait() }
    }
  }
}

/// Blocking questions of one kind under way, at most one for each target. A run that asks about a target under way waits
/// for the same answer. Used on the probes' event loop only.
///
/// A question that hangs takes one thread, however often a probe runs or is reloaded. Each kind has threads of its own, so
/// that names that do not resolve keep no probe from asking a file system.
final class Waits<Answer: Sendable>: @unchecked Sendable {
  private final class Wait: @unchecked Sendable {
    let answer: EventLoopFuture<Answer>
    /// Instant at which a thread took the question; `nil` before that.
    var begin: NIODeadline?
    /// Runs that asked before that instant.
    var early: [ProbeRun] = []

    init(_ answer: EventLoopFuture<Answer>) { self.answer = answer }
  }

  private let threads: WaitingThreads
  private var waits: [String: Wait] = [:]

  init(_ threads: WaitingThreads) { self.threads = threads }

  /// Instant at which a thread took the question about a target; `nil` if none is under way.
  func begin(of target: String) -> NIODeadline? { waits[target]?.begin }

  /// Answer of a target. The run's time does not pass while it waits for a thread, for at most the length of its timeout.
  func answer(
    of target: String, for run: ProbeRun, _ ask: @escaping @Sendable () throws -> Answer
  ) -> EventLoopFuture<Answer> {
    if let same = waits[target] {
      if same.begin == nil { wait(in: same, run) }
      return same.answer
    }
    let loop = run.loop
    let promise = loop.makePromise(of: Answer.self)
    let wait = Wait(promise.futureResult)
    waits[target] = wait
    self.wait(in: wait, run)
    wait.answer.whenComplete { [self] _ in waits[target] = nil }
    threads.run {
      loop.execute {
        wait.begin = .now()
        for run in wait.early { run.threadIsThere() }
        wait.early = []
      }
      promise.completeWith(Result { try ask() })
    }
    return wait.answer
  }

  private func wait(in wait: Wait, _ run: ProbeRun) {
    wait.early.removeAll(where: \.isFinished)
    wait.early.append(run)
    run.waitForThread()
  }
}
