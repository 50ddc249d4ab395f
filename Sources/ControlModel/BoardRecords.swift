import HealthCore
import NetworkTypes
import VRRPCore

/// Whether the engine has put an address or an entry into the kernel, as far as it knows.
public enum Ownership: UInt8, Sendable {
  /// It has not, or somebody else has.
  case none = 0
  /// It has, and it is there.
  case held = 1
  /// It has asked for it and has no answer yet, or it had put it there and does not know whether it still is. Whoever cleans up removes
  /// it, and the next engine asks for it again.
  case uncertain = 2
}

/// A record of something that the engine puts into the kernel.
public protocol OwnedRecord {
  /// Written before the kernel is asked for it, and ``Ownership/none`` only once it is gone.
  var ownership: Ownership { get nonmutating set }
}

extension OwnedRecord {
  /// Whether it may be in the kernel, put there by the engine.
  public var isOwned: Bool {
    get { ownership != .none }
    nonmutating set { ownership = newValue ? .held : .none }
  }
}

/// An address's record on the board.
public struct AddressRecord: BoardRecord, OwnedRecord {
  let record: UnsafeMutableRawBufferPointer

  /// The router it belongs to, by its position.
  public var router: Int {
    get { Int(self[AddressField.router]) }
    nonmutating set { self[AddressField.router] = UInt32(clamping: newValue) }
  }

  /// The interface that carries it.
  public var interface: InterfaceIndex {
    get { InterfaceIndex(rawValue: self[AddressField.interface]) }
    nonmutating set { self[AddressField.interface] = newValue.rawValue }
  }

  /// The address with its prefix length; `nil` if the record was never written.
  public var prefix: IPPrefix? {
    get {
      address(AddressField.family, AddressField.high, AddressField.low).flatMap {
        IPPrefix($0, length: self[AddressField.prefixLength])
      }
    }
    nonmutating set {
      setAddress(newValue?.address, AddressField.family, AddressField.high, AddressField.low)
      self[AddressField.prefixLength] = newValue?.length ?? 0
    }
  }

  /// Whether the engine has put the address into the kernel.
  public var ownership: Ownership {
    get { Ownership(rawValue: self[AddressField.owned]) ?? .none }
    nonmutating set { self[AddressField.owned] = newValue.rawValue }
  }

  /// The errno with which the kernel refused to take the address when it was last asked; `nil` if it did not.
  public var refusal: Int32? {
    get {
      let error = self[AddressField.refusal]
      return error == 0 ? nil : error
    }
    nonmutating set { self[AddressField.refusal] = newValue ?? 0 }
  }

  /// Whether the kernel has the address and does not answer for it yet (RFC 4862), so that it has not been announced.
  public var isTentative: Bool {
    get { self[AddressField.tentative] == 1 }
    nonmutating set { self[AddressField.tentative] = newValue ? 1 : 0 }
  }
}

/// The record of a route, a rule or a static address on the board.
public struct EntryRecord: BoardRecord, OwnedRecord {
  let record: UnsafeMutableRawBufferPointer

  /// The ready request that takes it out of the kernel, without a number; empty if the record was never written. Whoever cleans up
  /// after a crash sends it without knowing what is in it, and the next engine knows the entry by it.
  public var removal: [UInt8] {
    get {
      let length = min(Int(self[EntryField.requestLength]), BoardLayout.longestRequest)
      return Array(record[EntryField.request..<EntryField.request + length])
    }
    nonmutating set {
      guard newValue.count <= BoardLayout.longestRequest else { return }
      UnsafeMutableRawBufferPointer(rebasing: record[EntryField.request..<EntryField.request + newValue.count])
        .copyBytes(from: newValue)
      self[EntryField.requestLength] = UInt16(newValue.count)
    }
  }

  /// A hash of all that the kernel was asked for, of which ``removal`` says only what tells it from others.
  public var fingerprint: UInt64 {
    get { self[EntryField.fingerprint] }
    nonmutating set { self[EntryField.fingerprint] = newValue }
  }

  /// Whether the engine has put it into the kernel.
  public var ownership: Ownership {
    get { Ownership(rawValue: self[EntryField.owned]) ?? .none }
    nonmutating set { self[EntryField.owned] = newValue.rawValue }
  }
}

/// A tracker's record on the board.
public struct TrackerRecord: BoardRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Its name.
  public var name: String {
    get { text(at: TrackerField.name, longest: BoardLayout.longestName) }
    nonmutating set { setText(newValue, at: TrackerField.name, longest: BoardLayout.longestName) }
  }

  /// What kind of tracker it is, as a number of the engine's; two kinds may have the same name. 0 if a release wrote it that kept none.
  public var kind: UInt8 {
    get { self[TrackerField.kind] }
    nonmutating set { self[TrackerField.kind] = newValue }
  }

  /// A hash of what it watches and how.
  public var fingerprint: UInt64 {
    get { self[TrackerField.fingerprint] }
    nonmutating set { self[TrackerField.fingerprint] = newValue }
  }

  /// What it was found to be, all of it at one moment. On a board of a release that knew of no memory the result is the status.
  public var finding: TrackerFinding {
    get {
      read {
        let status = TrackerStatus(rawValue: self[TrackerField.status]) ?? .unknown
        let condition = VerdictCondition(rawValue: self[TrackerField.condition]) ?? .fresh
        let result = Verdict(rawValue: self[TrackerField.result]) ?? .unknown
        let until = self[TrackerField.until]
        let memory = VerdictMemory(
          result: result == .unknown && condition != .stale ? Verdict(status) : result, condition: condition,
          until: until == 0 ? nil : MonotonicInstant(nanoseconds: until), isUntried: self[TrackerField.untried] == 1)
        return TrackerFinding(
          status, since: MonotonicInstant(nanoseconds: self[TrackerField.changedAt]),
          because: TrackerReason(
            text(at: TrackerField.reason, longest: BoardLayout.longestReason),
            wordsStart: Int(self[TrackerField.wordsStart])), memory: memory)
      }
    }
    nonmutating set {
      write {
        self[TrackerField.status] = newValue.status.rawValue
        self[TrackerField.changedAt] = newValue.since.nanoseconds
        setText(newValue.reason.text, at: TrackerField.reason, longest: BoardLayout.longestReason)
        self[TrackerField.wordsStart] = UInt16(clamping: newValue.reason.wordsStart)
        self[TrackerField.condition] = newValue.memory.condition.rawValue
        self[TrackerField.result] = newValue.memory.result.rawValue
        self[TrackerField.until] = newValue.memory.until?.nanoseconds ?? 0
        self[TrackerField.untried] = newValue.memory.isUntried ? 1 : 0
      }
    }
  }
}
