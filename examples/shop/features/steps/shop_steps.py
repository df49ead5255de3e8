import time

from behave import given, then, when

PRICES = {"apple": 20, "bread": 240, "cheese": 410, "wine": 990}


@given("an empty basket")
def empty_basket(context):
    context.basket = []


@given("a basket with {count:d} {item}")
def basket_with(context, count, item):
    context.basket = [item] * count


@when("I add {count:d} {item}")
def add_items(context, count, item):
    for _ in range(count):
        time.sleep(0.005)  # one request each
        context.basket.append(item)


@when("the warehouse is asked")
def ask_warehouse(context):
    time.sleep(0.12)


@when("I pay by {way}")
def pay(context, way):
    time.sleep({"card": 0.2, "invoice": 0.08, "voucher": 0.03}[way])
    context.paid = total_of(context)


@when("the month is closed")
def close_month(context):
    time.sleep(1.2)


def total_of(context):
    return sum(PRICES[item] for item in context.basket)


@then("the total is {cents:d}")
def total_is(context, cents):
    assert total_of(context) == cents, f"the total is {total_of(context)}"


@then("{cents:d} are paid")
def paid_is(context, cents):
    assert context.paid == cents


@then("there is nothing to do")
def nothing_to_do(context):
    pass
