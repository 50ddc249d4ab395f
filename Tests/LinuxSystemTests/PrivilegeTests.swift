import CLinux
import Glibc
import LinuxSystem
import Testing

/// Runs `body` on a thread of its own, whose privileges nobody else shares.
private func onOwnThread(_ body: @escaping () throws -> Void) throws {
  let box = ThreadBox(body)
  var thread = pthread_t()
  let created = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      let box = Unmanaged<ThreadBox>.fromOpaque(argument).takeUnretainedValue()
      do { try box.body() } catch { box.error = error }
      return nil
    }, Unmanaged.passUnretained(box).toOpaque())
  try #require(created == 0)
  pthread_join(thread, nil)
  if let error = box.error { throw error }
}

private final class ThreadBox {
  let body: () throws -> Void
  var error: (any Error)?

  init(_ body: @escaping () throws -> Void) {
    self.body = body
  }
}

@Suite(.serialized) struct PrivilegeTests {
  private struct State {
    var effective: CapabilitySet = []
    var permitted: CapabilitySet = []
    var rawInBounds = false
    var killInBounds = true
    var regained = true
  }

  @Test(.enabled(if: geteuid() == 0, "needs capabilities to drop"))
  func whatIsDroppedIsGoneForGood() throws {
    var state = State()
    try onOwnThread {
      try Capabilities.drop(keeping: [.rawNetwork, .networkAdministration], bounding: [.rawNetwork])
      state.effective = try Capabilities.effective()
      state.permitted = try Capabilities.permitted()
      state.rawInBounds = Capabilities.boundingSetHolds(.rawNetwork)
      state.killInBounds = Capabilities.boundingSetHolds(.kill)
      state.regained = clinux_capabilities_set(CapabilitySet.kill.rawValue, CapabilitySet.kill.rawValue, 0) == 0
    }
    #expect(state.effective == [.rawNetwork, .networkAdministration])
    #expect(state.permitted == state.effective)
    #expect(state.rawInBounds)
    #expect(!state.killInBounds)
    #expect(!state.regained)
  }

  @Test func anOrdinaryUserMayDropToNothing() throws {
    var held: CapabilitySet = .all
    try onOwnThread {
      try Capabilities.drop(keeping: [], forbidNewPrivileges: true)
      held = try Capabilities.effective()
    }
    #expect(held.isEmpty)
  }

  @Test func realTimeEitherWorksOrSaysWhyNot() throws {
    var isRoundRobin = false
    var refusal: SystemError?
    try onOwnThread {
      do throws(SystemError) { try RealTime.useRoundRobin(priority: 1) } catch { refusal = error }
      isRoundRobin = RealTime.isRoundRobin
      try RealTime.setTimerSlack(nanoseconds: 1)
      RealTime.setProcessName("martlet-test")
    }
    #expect(isRoundRobin == (refusal == nil))
    #expect(refusal.map { $0.errno == EPERM } ?? true)
  }

  @Test(.enabled(if: mayMakeNamespaces, namespaceReason))
  func comesBackFromAnotherNamespace() throws {
    let home = try NetworkNamespace.current()
    try withFreshNamespace {
      let other = try NetworkNamespace.current()
      #expect(other != home)
      struct Failure: Error {}
      #expect(throws: Failure.self) {
        try NetworkNamespace.withNamespace("/proc/self/ns/net") { throw Failure() }
      }
      #expect(try NetworkNamespace.current() == other)
      #expect(try NetworkNamespace.identifier(path: "/proc/self/ns/net") == home)
    }
    #expect(try NetworkNamespace.current() == home)
    #expect(throws: SystemError.self) { try NetworkNamespace.withNamespace("/nonexistent") {} }
  }
}
