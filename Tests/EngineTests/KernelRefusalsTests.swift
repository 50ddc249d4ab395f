import Glibc
import NetworkTypes
import Testing

@testable import Engine

@Suite struct KernelRefusalsTests {
  @Test(
    "Which refusals make a master none",
    arguments: [
      ([EPERM, EACCES], EPERM), ([EACCES], EACCES), ([EINVAL, EPERM], EINVAL), ([ENOSPC], ENOSPC),
      // Others are held.
      ([EPERM, nil], nil),
      // The missing interface is a fault of its own.
      ([ENODEV], nil), ([EPERM, ENODEV], nil),
      // What passes counts the second time.
      ([ENOBUFS], nil), ([ENOMEM, EPERM], nil), ([], nil),
    ] as [([Int32?], Int32?)])
  func refusal(_ errors: [Int32?], _ expected: Int32?) {
    var refusals = KernelRefusals()
    for (position, error) in errors.enumerated() {
      if let error { refusals.recordRefusal(10 + position, of: 3, error) }
    }
    #expect(refusals.refusal(of: 10..<10 + errors.count) == expected)
    #expect(refusals.takeTouched() == (errors.contains { $0 != nil } ? [3] : []))
    #expect(refusals.isIdle)
  }

  @Test func whatPassesCountsTheSecondTime() {
    var refusals = KernelRefusals()
    for _ in 1...2 { refusals.recordRefusal(0, of: 0, ENOBUFS) }
    #expect(refusals.refusal(of: 0..<1) == ENOBUFS)
    refusals.recordAcceptance(0)
    #expect(refusals.refusal(of: 0..<1) == nil)
  }

  @Test func eachTrialIsForAnotherPart() {
    var refusals = KernelRefusals()
    for expected in 0...2 {
      refusals.scheduleTrial(of: 7)
      #expect(!refusals.isIdle)
      let due = refusals.takeDue()
      #expect(due == 7 && refusals.isIdle)
      #expect(refusals.trials[7] == expected)
    }
  }
}
