import NetworkTypes

/// Record of the highest number that a virtual router has accepted from one sender of signed adverts, by which the next
/// engine finds replays.
public struct MarkRecord: BoardRecord {
  let record: UnsafeMutableRawBufferPointer

  /// Sender, or `nil` for all senders without a mark of their own, and the number; 0 for none.
  public var mark: (sender: IPAddress?, number: UInt64) {
    get { (address(MarkField.family, MarkField.high, MarkField.low), self[MarkField.number]) }
    nonmutating set {
      // For a known sender only one word changes, so that an engine that dies leaves either the old mark or the new
      // one.
      if newValue.sender != address(MarkField.family, MarkField.high, MarkField.low) {
        self[MarkField.number] = 0
        setAddress(newValue.sender, MarkField.family, MarkField.high, MarkField.low)
      }
      self[MarkField.number] = newValue.number
    }
  }
}
