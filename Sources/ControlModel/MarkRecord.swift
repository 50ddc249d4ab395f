import NetworkTypes

/// The highest number that a virtual router has taken from one sender of signed adverts, for the next engine to know replayed ones by.
public struct MarkRecord: BoardRecord {
  let record: UnsafeMutableRawBufferPointer

  /// The sender, or `nil` for all that have no mark of their own, and the number; 0 for none.
  public var mark: (sender: IPAddress?, number: UInt64) {
    get { (address(MarkField.family, MarkField.high, MarkField.low), self[MarkField.number]) }
    nonmutating set {
      // Of a sender that is there already one word changes, so that an engine that dies leaves the old mark or the new one.
      if newValue.sender != address(MarkField.family, MarkField.high, MarkField.low) {
        self[MarkField.number] = 0
        setAddress(newValue.sender, MarkField.family, MarkField.high, MarkField.low)
      }
      self[MarkField.number] = newValue.number
    }
  }
}
