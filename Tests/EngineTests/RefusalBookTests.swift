import Glibc
import NetworkTypes
import Testing

@testable import Engine

@Suite struct RefusalBookTests {
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
  func refusals(_ errors: [Int32?], _ expected: Int32?) {
    var book = AddressRefusalBook()
    for (position, error) in errors.enumerated() {
      if let error { book.refuse(10 + position, of: 3, error) }
    }
    #expect(book.refusal(of: 10..<10 + errors.count) == expected)
    #expect(book.takeTouched() == (errors.contains { $0 != nil } ? [3] : []))
    #expect(book.isIdle)
  }

  @Test func whatPassesCountsTheSecondTime() {
    var book = AddressRefusalBook()
    for _ in 1...2 { book.refuse(0, of: 0, ENOBUFS) }
    #expect(book.refusal(of: 0..<1) == ENOBUFS)
    book.take(0)
    #expect(book.refusal(of: 0..<1) == nil)
  }

  @Test func eachTrialIsForAnotherPart() {
    var book = AddressRefusalBook()
    for expected in 0...2 {
      book.scheduleTrial(of: 7)
      #expect(!book.isIdle)
      #expect(book.takeDue() == [7])
      #expect(book.trials[7] == expected)
    }
  }
}
