@database
Feature: Orders

  Scenario: A small order
    Given an empty basket
    When I add 4 apple
    And the warehouse is asked
    And I pay by invoice
    Then 80 are paid

  Scenario: A large order
    Given an empty basket
    When I add 60 bread
    And the warehouse is asked
    And I pay by card
    Then 14400 are paid
