import ConfigurationSyntax

/// A rule about one virtual router. It may report, and settle values of the draft; rules run in the order of the list.
protocol InstanceRule {
  static func check(_ draft: inout InstanceReading, _ lowering: Lowering)
}

/// A rule about the whole configuration.
protocol ConfigurationRule {
  static func check(_ lowering: Lowering)
}

extension Lowering {
  private static var instanceRules: [any InstanceRule.Type] {
    [
      RequiredVirtualRouterID.self, RequiredInterface.self, SettledFamilyAndVersion.self, StrictMode.self,
      StateAndPriority.self, TrailerWithAuthentication.self, AuthenticationUse.self, HeartbeatUse.self,
      VirtualRoutingDomain.self, UnicastWithoutPeers.self, MulticastGroupOfUnicast.self, AdvertisementInterval.self,
      TrailerKeys.self, TrailerActiveKey.self, RequiredAddresses.self, FirstAddressLinkLocal.self,
      DuplicateAddresses.self, AddressesThatFit.self, PreemptionWithMaster.self,
      TrackedOwnInterface.self, TrackersOfAnOwner.self, OwnerIgnoringAdverts.self,
    ]
  }

  /// The rules about scripts run before instances are settled, those about groups after.
  private static var scriptRules: [any ConfigurationRule.Type] {
    [
      RequiredScript.self, TrackedNames.self, ScriptSecurity.self, SessionAddresses.self, SessionHops.self,
      SessionsOfCheckers.self, RequiredTrackedThings.self, ProbeQuestions.self, CombinedChecks.self,
      VerdictExpiries.self, TrackGroupMembers.self,
    ]
  }
  private static var groupRules: [any ConfigurationRule.Type] {
    [
      DuplicateVirtualRouterID.self, VirtualMACUse.self, AddressVirtualMAC.self, SyncGroupMembers.self,
      SyncGroupStates.self,
      TrackedByGroupToo.self, SyncGroupWeights.self, ForeignVirtualMAC.self, LinkDelayLimits.self, ScriptsOfFIFOs.self,
      DuplicateFIFO.self,
      UnusedScripts.self, VirtualServerNames.self,
    ]
  }

  /// What can be improved in a configuration that means what it says.
  private static var lints: [any ConfigurationRule.Type] {
    [
      WeightsUnderNopreempt.self, WeightsWithoutEffect.self, CheckTimeouts.self, UnauthenticatedUnicast.self,
      UnsignedAdverts.self, OwnLinkNamed.self, RequiredRouter.self,
    ]
  }

  /// Applies the lints; to be called after the rules, which settle what they look at.
  func applyLints() {
    for rule in Self.lints { rule.check(self) }
  }

  /// Applies all rules to what has been read.
  func applyRules() {
    inheritGlobals()
    for rule in Self.scriptRules { rule.check(self) }
    // Taken out while they change, so that a rule may still look at everything else.
    var drafts = instances
    instances = []
    let rules = Self.instanceRules
    for index in drafts.indices {
      for rule in rules { rule.check(&drafts[index], self) }
    }
    instances = drafts
    // Or the next change would be to a copy of all of them.
    drafts = []
    for rule in Self.groupRules { rule.check(self) }
  }
}
