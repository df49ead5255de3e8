Feature: Basket

  Scenario: It starts empty
    Given an empty basket
    Then the total is 0

  Scenario Outline: Prices add up
    Given an empty basket
    When I add <count> <item>
    Then the total is <cents>

    Examples:
      | count | item   | cents |
      | 3     | apple  | 60    |
      | 2     | bread  | 480   |
      | 10    | cheese | 4100  |
      | 40    | apple  | 800   |
