@database
Feature: Accounts

  Scenario: A month is closed
    Given a basket with 4 apple
    When I pay by invoice
    And the month is closed
    Then 80 are paid

  Scenario: A quarter is closed
    Given an empty basket
    When the month is closed
    And the month is closed
    Then there is nothing to do
