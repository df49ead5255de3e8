Feature: Vouchers

  Scenario Outline: A voucher pays for <item>
    Given a basket with 1 <item>
    When I pay by voucher
    Then <cents> are paid

    Examples:
      | item   | cents |
      | apple  | 20    |
      | bread  | 240   |
      | cheese | 410   |
      | wine   | 990   |
