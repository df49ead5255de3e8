Feature: Payment

  Scenario Outline: Each way of paying takes the whole sum
    Given a basket with 2 cheese
    When I pay by <way>
    Then 820 are paid

    Examples:
      | way     |
      | card    |
      | invoice |
      | voucher |

  Scenario: Paying twice by card
    Given a basket with 1 wine
    When I pay by card
    And I pay by card
    Then 990 are paid
