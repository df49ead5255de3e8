@database
Feature: Warehouse

  Scenario: One item is in stock
    Given a basket with 1 wine
    When the warehouse is asked
    Then the total is 990

  Scenario: Many items are in stock
    Given a basket with 12 bread
    When the warehouse is asked
    And the warehouse is asked
    Then the total is 2880

  Scenario: Nothing is wanted
    Given an empty basket
    When the warehouse is asked
    Then the total is 0
